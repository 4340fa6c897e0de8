#include "berth/vet/advisory_judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "berth/vet/distribution_release.h"
#include "berth/vet/distribution_version.h"

namespace berth::vet {
namespace {

constexpr std::size_t kCover = 100;  // packages: those that a public database of one release speaks of are hundreds
constexpr std::size_t kMostVersions = 64;  // on the way to one that nothing is known of

// What advisories may call it.
std::vector<Package> names_in_advisories(const Facts& facts) {
  Package source = facts.package;
  if (!facts.source_name.empty()) source.name = normal_name(source.ecosystem, facts.source_name);
  if (source.ecosystem != Ecosystem::Rpm) {
    if (!facts.source_version.empty()) source.version = facts.source_version;
    return {source};
  }
  // Some speak of packages, some of their sources. What a package says of its source lacks the epoch, so the version is
  // taken from the package, where it was not given another one.
  const std::string_view version = facts.package.version;
  const std::string_view without_epoch = version.substr(version.find(':') + 1);  // npos + 1 is 0
  if (source.name == facts.package.name || without_epoch != facts.source_version) return {facts.package};
  return {facts.package, source};
}

// The earliest version beyond `package`'s that nothing is known of: one that an advisory of the package, or of a
// version that it leads to, names as its end. Empty where none is found.
std::string first_clean_version(const Package& package, const std::vector<AdvisoryMatch>& matches, const Facts& facts,
                                const AdvisoryDatabase& database) {
  const auto is_before = [&](const std::string& a, const std::string& b) {
    return compare_versions(package.ecosystem, a, b) < 0;
  };
  std::set<std::string, decltype(is_before)> ahead(is_before);
  const auto add = [&](const std::vector<AdvisoryMatch>& of, const std::string& beyond) {
    for (const AdvisoryMatch& match : of) {
      for (const std::string& version : match.fixed) {
        if (is_before(beyond, version)) ahead.insert(version);
      }
    }
  };
  add(matches, package.version);
  for (std::size_t looked_at = 0; !ahead.empty() && looked_at < kMostVersions; ++looked_at) {
    Package other = package;
    other.version = *ahead.begin();
    ahead.erase(ahead.begin());
    const auto own = database.find(other, facts.release);
    if (own.empty()) return other.version;
    add(own, other.version);
  }
  return {};
}

std::string advice(const AdvisoryMatch& match, const std::string& clean) {
  if (match.is_malicious) return "do not install it; what it was installed on must be taken for broken into";
  if (match.fixed.empty())
    return "no version is known that mends it: take another package, or approve it with a reason";
  if (!clean.empty()) return fmt::format("use {} or later", clean);
  return fmt::format("use {} or later, which has weaknesses of its own", match.fixed.back());
}

std::string evidence_of(const AdvisoryMatch& match) {
  std::string text = fmt::format("{}", fmt::join(match.ids, ", "));
  if (match.severity.score) text += fmt::format(", CVSS {:.1f}", *match.severity.score);
  if (!match.severity.score && !match.severity.from.empty()) text += fmt::format(", {}", match.severity.from);
  if (!match.summary.empty()) text += ": " + match.summary;
  return text + fmt::format(" (of {})", fmt::join(match.sources, ", "));
}

Finding finding_of(const AdvisoryMatch& match, const Facts& facts, const Policy& policy, std::string remedy) {
  const auto known = policy.advisories.find(match.severity.level);
  const Verdict by_level = known == policy.advisories.end() ? Verdict::Ask : known->second;
  const Verdict verdict = match.is_malicious ? Verdict::Refuse : by_level;
  const std::string_view level = match.is_malicious ? "malicious" : level_text(match.severity.level);
  return {.verdict = verdict,
          .rule = fmt::format("advisory.{}", level),
          .package = facts.package,
          .evidence = evidence_of(match),
          .remedy = std::move(remedy),
          .ids = match.ids,
          .severity = std::string(level_text(match.severity.level)),
          .score = match.severity.score,
          .fixed = match.fixed};
}

std::string remedy_of_cover(const std::string& release) {
  const auto where = osv_export_of(release);
  if (!where) return "this Berth matches no advisories of it: ask the distribution's own tools";
  return fmt::format(
      "berth vet db import FILE, with {}, or name that in vet.yaml (advisories.sources) for "
      "berth vet db update",
      *where);
}

}  // namespace

std::vector<Finding> findings_about_advisories(const Facts& facts, const Policy& policy,
                                               const AdvisoryDatabase& database) {
  std::vector<Finding> findings;
  std::set<std::string> told;
  for (const Package& asked : names_in_advisories(facts)) {
    const std::vector<AdvisoryMatch> matches = database.find(asked, facts.release);
    const std::string clean = first_clean_version(asked, matches, facts, database);
    for (const AdvisoryMatch& match : matches) {
      if (!told.insert(match.ids.front()).second) continue;
      findings.push_back(finding_of(match, facts, policy, advice(match, clean)));
    }
  }
  return findings;
}

std::vector<Finding> findings_about_cover(const std::vector<Facts>& facts, const Policy& policy,
                                          const AdvisoryDatabase& database) {
  std::map<std::tuple<std::string, Ecosystem>, std::size_t> packages;
  for (const Facts& one : facts) {
    const Ecosystem ecosystem = one.package.ecosystem;
    const bool is_of_distribution = ecosystem != Ecosystem::PyPI && is_judged_by_version(ecosystem);
    if (is_of_distribution && !one.package.version.empty()) ++packages[{one.release, ecosystem}];
  }
  std::vector<Finding> findings;
  for (const auto& [of, count] : packages) {
    const auto& [release, ecosystem] = of;
    const std::size_t known = release.empty() ? 0 : database.packages_of(ecosystem, release);
    if (known >= kCover) continue;
    const std::string name = release.empty() ? "a distribution that does not name itself" : release;
    const std::string there =
        known == 0 ? "there are no advisories" : fmt::format("there are advisories of {} packages alone", known);
    findings.push_back({policy.uncovered, "database.uncovered", make_package(ecosystem, name, "", ""),
                        fmt::format("of {} {}: no {}weakness of the {} packages of it is known", name, there,
                                    known == 0 ? "" : "other ", count),
                        remedy_of_cover(release)});
  }
  return findings;
}

}  // namespace berth::vet
