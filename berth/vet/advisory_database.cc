#include "berth/vet/advisory_database.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "berth/vet/distribution_release.h"
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

// One advisory of one file that affects the version.
struct Hit {
  const AdvisoryFile* file;
  const StoredPackage* package;
  std::size_t group = 0;  // the first hit that it is one weakness with

  const StoredAdvisory& advisory() const { return file->advisories[package->advisory]; }
};

// Hits that share an id or an alias, directly or by others, get the same group.
void group(std::vector<Hit>& hits) {
  std::vector<std::size_t> parent(hits.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root_of = [&](std::size_t at) {
    while (parent[at] != at) at = parent[at] = parent[parent[at]];
    return at;
  };
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto join = [&](std::string_view id) {
      const std::size_t other = root_of(first.try_emplace(id, i).first->second);
      const std::size_t mine = root_of(i);
      parent[std::max(other, mine)] = std::min(other, mine);
    };
    join(hits[i].advisory().id);
    for (const std::string_view alias : hits[i].advisory().aliases) join(alias);
  }
  for (std::size_t i = 0; i < hits.size(); ++i) hits[i].group = root_of(i);
}

std::vector<std::string> texts_of(std::vector<std::string_view> texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  return {texts.begin(), texts.end()};
}

// The versions that end what affects the asked one: those of the intervals that come after it, in their order.
std::vector<std::string> fixed_after(const Asked& asked, const std::vector<const Hit*>& hits) {
  std::vector<const StoredInterval*> ends;
  for (const Hit* hit : hits) {
    for (std::uint32_t i = 0; i < hit->package->intervals; ++i) {
      const StoredInterval& interval = hit->file->intervals[hit->package->first_interval + i];
      if (interval.end != AffectedInterval::End::Fixed) continue;
      if (asked.is_readable && order_of(asked, asked.key, interval.last) >= 0) continue;
      ends.push_back(&interval);
    }
  }
  std::ranges::sort(ends, [&](const StoredInterval* a, const StoredInterval* b) {
    const auto order = order_of(asked, a->last, b->last);
    return order == 0 ? a->last_text < b->last_text : order < 0;
  });
  std::vector<std::string> fixed;
  for (const StoredInterval* end : ends) {
    if (fixed.empty() || fixed.back() != end->last_text) fixed.emplace_back(end->last_text);
  }
  return fixed;
}

AdvisoryMatch match_of(const Asked& asked, const std::vector<const Hit*>& hits) {
  AdvisoryMatch match;
  std::vector<std::string_view> ids;
  std::vector<std::string_view> sources;
  for (const Hit* hit : hits) {
    const StoredAdvisory& advisory = hit->advisory();
    ids.push_back(advisory.id);
    ids.insert(ids.end(), advisory.aliases.begin(), advisory.aliases.end());
    if (match.summary.empty()) match.summary = advisory.summary;
    Severity severity = {.level = advisory.level, .score = std::nullopt, .from = std::string(advisory.severity_from)};
    if (advisory.score_tenths >= 0) severity.score = advisory.score_tenths / 10.0;
    match.severity = graver(match.severity, severity);
    match.is_malicious = match.is_malicious || advisory.id.starts_with("MAL-");
    sources.emplace_back(hit->file->source.name);
  }
  match.ids = texts_of(std::move(ids));
  std::ranges::stable_sort(match.ids, {}, [](const std::string& id) { return rank_of_id(id); });
  match.sources = texts_of(std::move(sources));
  match.fixed = fixed_after(asked, hits);
  return match;
}

}  // namespace

std::vector<SourceInfo> AdvisoryDatabase::sources() const {
  std::vector<SourceInfo> sources;
  for (const AdvisoryFile& file : files_) sources.push_back(file.source);
  return sources;
}

std::size_t AdvisoryDatabase::packages_of(Ecosystem ecosystem, std::string_view release) const {
  std::set<std::string_view> names;
  for (const AdvisoryFile& file : files_) {
    std::string_view last;  // a package stands there for each of its advisories
    for (const StoredPackage& stored :
         std::ranges::equal_range(file.packages, ecosystem, {}, &StoredPackage::ecosystem)) {
      if (stored.name == last || !is_said_of(stored.release, release)) continue;
      last = stored.name;
      names.insert(last);
    }
  }
  return names.size();
}

std::vector<AdvisoryMatch> AdvisoryDatabase::find(const Package& package, std::string_view release) const {
  std::vector<Hit> hits;
  std::optional<Asked> asked;
  for (const AdvisoryFile& file : files_) {
    const auto place = [](const StoredPackage& one) { return std::tuple(one.ecosystem, one.name); };
    const auto wanted = std::tuple(package.ecosystem, std::string_view(package.name));
    for (const StoredPackage& stored : std::ranges::equal_range(file.packages, wanted, {}, place)) {
      if (!is_said_of(stored.release, release)) continue;
      if (!asked) asked = asked_of(package);
      if (is_affected(*asked, file, stored)) hits.push_back({&file, &stored});
    }
  }
  group(hits);
  std::map<std::size_t, std::vector<const Hit*>> groups;
  for (const Hit& hit : hits) groups[hit.group].push_back(&hit);
  std::vector<AdvisoryMatch> matches;
  for (const auto& [first, members] : groups) matches.push_back(match_of(*asked, members));
  std::ranges::sort(matches, {}, [](const AdvisoryMatch& one) {
    return std::tuple(!one.is_malicious, -static_cast<int>(one.severity.level), std::string_view(one.ids.front()));
  });
  return matches;
}

}  // namespace berth::vet
