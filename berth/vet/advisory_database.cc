#include "berth/vet/advisory_database.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "berth/vet/distribution_version.h"
#include "berth/vet/python_version.h"

namespace berth::vet {
namespace {

// A version in the form that files hold, made once for all comparisons.
struct Asked {
  Ecosystem ecosystem;
  bool is_readable;
  std::string key;         // of PyPI the order key
  std::string public_key;  // without the local part
};

Asked asked_of(const Package& package) {
  Asked asked = {package.ecosystem, is_valid_version(package.ecosystem, package.version), {}, {}};
  asked.key = stored_version(package.ecosystem, package.version);
  asked.public_key = asked.key;
  if (package.ecosystem != Ecosystem::PyPI) return asked;
  if (const auto parsed = PythonVersion::parse(package.version)) asked.public_key = parsed->public_key();
  return asked;
}

std::weak_ordering order_of(const Asked& asked, std::string_view version, std::string_view bound) {
  if (asked.ecosystem == Ecosystem::PyPI) return version <=> bound;
  return compare_versions(asked.ecosystem, version, bound);
}

// A build of one's own (1.0+ours) is taken for that version, unless the bound names the build.
bool is_in(const Asked& asked, const StoredInterval& interval) {
  using End = AffectedInterval::End;
  if (!asked.is_readable) return interval.end == End::Never;
  if (!interval.introduced.empty() && order_of(asked, asked.key, interval.introduced) < 0) return false;
  if (interval.end == End::Never) return true;
  if (interval.end == End::Fixed) return order_of(asked, asked.key, interval.last) < 0;
  return order_of(asked, asked.public_key, interval.last) <= 0;
}

bool is_affected(const Asked& asked, const AdvisoryFile& file, const StoredPackage& package) {
  const auto versions = file.versions.begin() + package.first_version;
  const auto listed = [&](const std::string& key) {
    return std::binary_search(versions, versions + package.versions, std::string_view(key));
  };
  if (listed(asked.key) || listed(asked.public_key)) return true;
  const auto intervals = file.intervals.begin() + package.first_interval;
  return std::any_of(intervals, intervals + package.intervals,
                     [&](const StoredInterval& interval) { return is_in(asked, interval); });
}

// The versions that end what affects the asked one: those of the intervals that come after it.
std::vector<std::string> fixed_after(const Asked& asked, const AdvisoryFile& file, const StoredPackage& package) {
  std::vector<std::string> fixed;
  for (std::uint32_t i = 0; i < package.intervals; ++i) {
    const StoredInterval& interval = file.intervals[package.first_interval + i];
    if (interval.end != AffectedInterval::End::Fixed) continue;
    if (asked.is_readable && order_of(asked, asked.key, interval.last) >= 0) continue;
    fixed.emplace_back(interval.last_text);
  }
  return fixed;
}

// CVE, GHSA and PYSEC are what people look for.
int rank_of_id(std::string_view id) {
  static constexpr std::string_view kPrefixes[] = {"CVE-", "GHSA-", "PYSEC-"};
  int rank = 0;
  for (const std::string_view prefix : kPrefixes) {
    if (id.starts_with(prefix)) return rank;
    ++rank;
  }
  return rank;
}

void add_once(std::vector<std::string>& list, std::string_view text) {
  if (std::ranges::find(list, text) == list.end()) list.emplace_back(text);
}

struct Hit {
  const AdvisoryFile* file;
  const StoredAdvisory* advisory;
  std::vector<std::string> fixed;
};

bool share_an_id(const AdvisoryMatch& match, const StoredAdvisory& advisory) {
  const auto has = [&](std::string_view id) { return std::ranges::find(match.ids, id) != match.ids.end(); };
  return has(advisory.id) || std::ranges::any_of(advisory.aliases, has);
}

void absorb(AdvisoryMatch& match, const Hit& hit) {
  const StoredAdvisory& advisory = *hit.advisory;
  add_once(match.ids, advisory.id);
  for (const std::string_view alias : advisory.aliases) add_once(match.ids, alias);
  if (match.summary.empty()) match.summary = advisory.summary;
  Severity severity = {.level = advisory.level, .score = std::nullopt, .from = std::string(advisory.severity_from)};
  if (advisory.score_tenths >= 0) severity.score = advisory.score_tenths / 10.0;
  match.severity = graver(match.severity, severity);
  for (const std::string& version : hit.fixed) add_once(match.fixed, version);
  match.is_malicious = match.is_malicious || advisory.id.starts_with("MAL-");
  add_once(match.sources, hit.file->source.name);
}

void absorb(AdvisoryMatch& match, const AdvisoryMatch& other) {
  for (const std::string& id : other.ids) add_once(match.ids, id);
  if (match.summary.empty()) match.summary = other.summary;
  match.severity = graver(match.severity, other.severity);
  for (const std::string& version : other.fixed) add_once(match.fixed, version);
  match.is_malicious = match.is_malicious || other.is_malicious;
  for (const std::string& source : other.sources) add_once(match.sources, source);
}

// An advisory may tie two matches together that had nothing in common before.
void merge_into(std::vector<AdvisoryMatch>& matches, const Hit& hit) {
  AdvisoryMatch merged;
  absorb(merged, hit);
  const auto begin = std::stable_partition(
      matches.begin(), matches.end(), [&](const AdvisoryMatch& match) { return !share_an_id(match, *hit.advisory); });
  for (auto match = begin; match != matches.end(); ++match) absorb(merged, *match);
  matches.erase(begin, matches.end());
  matches.push_back(std::move(merged));
}

void put_in_order(AdvisoryMatch& match, Ecosystem ecosystem) {
  std::ranges::sort(match.ids, {},
                    [](const std::string& id) { return std::tuple(rank_of_id(id), std::string_view(id)); });
  std::ranges::sort(match.sources);
  std::ranges::sort(match.fixed, [&](const std::string& a, const std::string& b) {
    const auto order = compare_versions(ecosystem, a, b);
    return order == 0 ? a < b : order < 0;
  });
}

}  // namespace

std::vector<SourceInfo> AdvisoryDatabase::sources() const {
  std::vector<SourceInfo> sources;
  for (const AdvisoryFile& file : files_) sources.push_back(file.source);
  return sources;
}

std::vector<AdvisoryMatch> AdvisoryDatabase::find(const Package& package, std::string_view release) const {
  std::vector<AdvisoryMatch> matches;
  std::optional<Asked> asked;
  for (const AdvisoryFile& file : files_) {
    const auto place = [](const StoredPackage& one) { return std::tuple(one.ecosystem, one.name); };
    const auto found = std::ranges::equal_range(
        file.packages, std::tuple(package.ecosystem, std::string_view(package.name)), {}, place);
    for (const StoredPackage& stored : found) {
      if (stored.release != release) continue;
      if (!asked) asked = asked_of(package);
      if (!is_affected(*asked, file, stored)) continue;
      merge_into(matches, {&file, &file.advisories[stored.advisory], fixed_after(*asked, file, stored)});
    }
  }
  for (AdvisoryMatch& match : matches) put_in_order(match, package.ecosystem);
  std::ranges::sort(matches, [](const AdvisoryMatch& a, const AdvisoryMatch& b) {
    const auto weight = [](const AdvisoryMatch& one) {
      return std::tuple(!one.is_malicious, -static_cast<int>(one.severity.level), std::string_view(one.ids.front()));
    };
    return weight(a) < weight(b);
  });
  return matches;
}

}  // namespace berth::vet
