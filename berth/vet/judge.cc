#include "berth/vet/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "berth/base/utc_text.h"
#include "berth/vet/advisory_judgement.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/distribution_version.h"
#include "berth/vet/licence_judgement.h"
#include "berth/vet/start_advisories.h"

namespace berth::vet {
namespace {

constexpr std::size_t kShownHash = 12;
constexpr const char* kUpdate = "berth vet db update, or berth vet db import FILE";

bool is_of_index(const Facts& facts) { return facts.package.ecosystem == Ecosystem::PyPI && !facts.owner; }

void add_version(const Facts& facts, std::vector<Finding>& findings) {
  const Package& package = facts.package;
  if (package.version.empty()) {
    findings.push_back({Verdict::Ask, "version.none", package,
                        fmt::format("no one version is named in {}", package.origin),
                        "name it, as in 'name==1.2.3', best in a lock file"});
  } else if (!is_valid_version(package.ecosystem, package.version)) {
    findings.push_back(
        {Verdict::Ask, "version.unreadable", package,
         fmt::format("'{}' is no version by the rules of {}", package.version, ecosystem_text(package.ecosystem)),
         "take a release with a proper version, or approve this one"});
  }
}

void add_release(const Facts& facts, const Policy& policy, std::chrono::system_clock::time_point now,
                 std::vector<Finding>& findings) {
  if (facts.is_yanked) {
    const std::string why = facts.yanked_reason.empty() ? "no reason is given" : facts.yanked_reason;
    findings.push_back({policy.yanked, "release.yanked", facts.package,
                        fmt::format("its authors have withdrawn the release: {}", why), "take another version"});
  }
  const bool is_age_asked = policy.release_age > std::chrono::seconds(0);
  if (is_age_asked && !facts.released && facts.is_on_index.value_or(false)) {
    const std::string why = facts.why_undated.empty() ? "no index said it" : facts.why_undated;
    findings.push_back({policy.undated, "release.undated", facts.package,
                        fmt::format("nobody knows when it was released: {}", why),
                        "take it from an index that gives times of upload, or set 'releases.undated' in vet.yaml"});
  }
  if (facts.released && now - *facts.released < policy.release_age) {
    findings.push_back(
        {policy.young, "release.young", facts.package, fmt::format("released {}", utc_text(*facts.released)),
         fmt::format(
             "take an older version, or wait until it is {} hours old: most malicious releases are found in days",
             std::chrono::duration_cast<std::chrono::hours>(policy.release_age).count())});
  }
}

// Weaknesses of it are neither looked for nor mended.
void add_care(const Facts& facts, const Policy& policy, std::chrono::system_clock::time_point now,
              std::vector<Finding>& findings) {
  const bool is_silent =
      policy.silence > std::chrono::seconds(0) && facts.last_released && now - *facts.last_released > policy.silence;
  if (facts.given_up.empty() && !is_silent) return;
  const std::string why = facts.given_up.empty()
                              ? fmt::format("its last release is of {}", utc_text(*facts.last_released))
                              : fmt::format("its index says that it is {}", facts.given_up);
  findings.push_back({policy.unmaintained, "release.unmaintained", facts.package,
                      fmt::format("nobody seems to look after it: {}", why), "take one that somebody looks after"});
}

// The start set is old by nature. What came out after it cannot be in it: that nothing is found says nothing.
void add_unseen(const Facts& facts, const std::vector<SourceInfo>& sources, std::vector<Finding>& findings) {
  const auto start_set = std::ranges::find_if(sources, is_start_set);
  if (start_set == sources.end() || !facts.released) return;
  const auto made = parse_utc(start_set->dated);
  if (made && *facts.released <= *made) return;
  findings.push_back(
      {Verdict::Ask, "release.unseen", facts.package,
       fmt::format("released {}, after the advisories that came with Berth were made ({}): they cannot know "
                   "it",
                   utc_text(*facts.released), start_set->dated),
       kUpdate});
}

Standing standing_of(const Facts& facts, std::chrono::system_clock::time_point now) {
  Standing standing;
  if (facts.first_released) standing.age = std::chrono::floor<std::chrono::days>(now - *facts.first_released);
  standing.releases = facts.releases;
  return standing;
}

void add_names(const Facts& facts, const Policy& policy, const Knowledge& knowledge, const Standing& standing,
               std::vector<Finding>& findings) {
  for (Finding& one : findings_about_name(facts.package, knowledge.malicious, knowledge.look_alikes, standing)) {
    findings.push_back(std::move(one));
  }
  const bool is_private = std::ranges::find(policy.private_names, facts.package.name) != policy.private_names.end();
  if (!is_private && !facts.is_on_index) return;
  const std::optional<bool> publicly = facts.is_on_public_index ? facts.is_on_public_index : facts.is_on_index;
  const NameOrigin origin = {.is_private = is_private,
                             .is_public_asked = facts.is_public_asked,
                             .is_on_public_index = is_private ? publicly : facts.is_on_index,
                             .taken_from = facts.taken_from};
  for (Finding& one : findings_about_origin(facts.package, origin)) findings.push_back(std::move(one));
}

enum class Scope {
  Request,  // what is asked for, of which not all is known yet
  Whole,
};

std::vector<Finding> findings_about(const Facts& facts, const Policy& policy, const Knowledge& knowledge,
                                    std::chrono::system_clock::time_point now, Scope scope) {
  std::vector<Finding> findings = facts.findings;
  const bool is_package = is_judged_by_version(facts.package.ecosystem);
  if (is_of_index(facts)) add_names(facts, policy, knowledge, standing_of(facts, now), findings);
  const bool has_version = is_package && (scope == Scope::Whole || !facts.package.version.empty());
  if (has_version) add_version(facts, findings);
  // A weakness that the distribution has mended keeps its version: only its own data tells.
  if (has_version && !facts.owner) {
    for (Finding& one : findings_about_advisories(facts, policy, knowledge.advisories)) {
      findings.push_back(std::move(one));
    }
  }
  if (has_version && is_of_index(facts)) {
    add_release(facts, policy, now, findings);
    add_care(facts, policy, now, findings);
    add_unseen(facts, knowledge.advisories.sources(), findings);
  }
  if (is_package && scope == Scope::Whole) {
    for (Finding& one : findings_about_licences(facts, policy)) findings.push_back(std::move(one));
  }
  // What else is not known of a name that nobody has is known as soon as that is mended.
  const auto is_unknown = [](const Finding& one) { return one.rule == "name.unknown"; };
  if (std::ranges::any_of(findings, is_unknown)) {
    for (Finding& one : findings) {
      const bool follows = one.rule == "facts.missing" || one.rule == "version.none" || one.rule == "licence.none";
      if (follows) one.remedy = "see name.unknown";
    }
  }
  for (Finding& one : findings) {
    const auto replaced = policy.rules.find(one.rule);
    if (replaced != policy.rules.end()) one.verdict = replaced->second;
  }
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) { return a.verdict > b.verdict; });
  return findings;
}

// What is said of a source that is too old.
std::string stale_text(const SourceInfo& source) {
  if (is_outdated(source)) {
    return fmt::format("the newest of the {} advisories '{}' is of {}: they were old when they were imported",
                       source.advisories, source.name, source.newest);
  }
  if (!source.dated.empty()) return fmt::format("the advisories '{}' are of {}", source.name, source.dated);
  return fmt::format("the advisories '{}' were imported {}", source.name, source.imported);
}

// "412 days old" for people; "of no known age".
std::string age_text(std::optional<std::chrono::seconds> age) {
  if (!age) return "of no known age";
  return fmt::format("{} days old", std::chrono::floor<std::chrono::days>(*age).count());
}

void add_lists(const Policy& policy, const Knowledge& knowledge, std::chrono::system_clock::time_point now,
               std::vector<Finding>& findings) {
  const auto add = [&](const char* rule, std::string evidence) {
    findings.push_back({policy.stale_list, rule, {}, std::move(evidence), kUpdate});
  };
  for (const std::string& problem : knowledge.list_problems) add("list.damaged", problem);
  for (const ListInfo& list : knowledge.lists) {
    const auto age = age_of(list, now);
    const auto limit = policy.lists.find(list.kind);
    if (limit == policy.lists.end() || (age && *age < limit->second.max_age)) continue;
    add("list.stale", fmt::format("the {} are {} ({})", list_kind_words(list.kind), age_text(age), list.origin));
  }
}

std::vector<Finding> findings_about_knowledge(const std::vector<Facts>& facts, const Policy& policy,
                                              const Knowledge& knowledge, std::chrono::system_clock::time_point now) {
  std::vector<Finding> findings;
  const auto add = [&](const char* rule, std::string evidence) {
    findings.push_back({policy.no_database, rule, {}, std::move(evidence), kUpdate});
  };
  if (knowledge.advisories.is_empty())
    add("database.missing", "there are no advisories here: no weakness can be known");
  for (const std::string& problem : knowledge.database_problems) add("database.damaged", problem);
  for (const SourceInfo& source : knowledge.advisories.sources()) {
    const auto age = age_of(source, now);
    if (is_start_set(source)) {
      findings.push_back(
          {policy.start_set,
           "database.start-set",
           {},
           fmt::format("of the Python index there are only the {} advisories that came with Berth, of {}, {}: "
                       "no weakness that was found since is known",
                       source.advisories, source.dated, age_text(age)),
           kUpdate});
    } else if (!age || *age >= policy.database_age) {
      add("database.stale", stale_text(source));
    }
  }
  for (Finding& one : findings_about_cover(facts, policy, knowledge.advisories)) findings.push_back(std::move(one));
  add_lists(policy, knowledge, now, findings);
  for (Finding& one : findings) {
    const auto replaced = policy.rules.find(one.rule);
    if (replaced != policy.rules.end()) one.verdict = replaced->second;
  }
  return findings;
}

// Applies the first approval that still counts, and notes which were used.
void approve(JudgedFinding& judged, const std::vector<Approval>& approvals, std::set<std::size_t>& used,
             std::chrono::system_clock::time_point now) {
  if (judged.finding.verdict == Verdict::Allow) return;
  for (std::size_t i = 0; i < approvals.size(); ++i) {
    if (!approvals[i].covers(judged.finding)) continue;
    used.insert(i);
    if (approvals[i].is_over(now)) continue;
    judged.approval = approvals[i];
    return;
  }
}

struct Occasion {
  std::chrono::system_clock::time_point now;
  Scope scope;
};

Report judged(std::vector<Facts> facts, const Policy& policy, const std::vector<Approval>& approvals,
              const Knowledge& knowledge, const Occasion& occasion) {
  const auto now = occasion.now;
  Report report;
  report.advisories = knowledge.advisories.sources();
  report.lists = knowledge.lists;
  report.general = findings_about_knowledge(facts, policy, knowledge, now);
  std::set<std::size_t> used;
  for (Facts& one : facts) {
    JudgedPackage package;
    for (Finding& finding : findings_about(one, policy, knowledge, now, occasion.scope)) {
      JudgedFinding judged = {.finding = std::move(finding), .approval = std::nullopt};
      approve(judged, approvals, used, now);
      package.findings.push_back(std::move(judged));
    }
    package.facts = std::move(one);
    report.packages.push_back(std::move(package));
  }
  for (std::size_t i = 0; i < approvals.size(); ++i) {
    if (!approvals[i].is_over(now)) continue;
    report.notes.push_back(fmt::format("an approval is over and does not count{}: {}",
                                       used.contains(i) ? ", though it would be needed" : "", approvals[i].text()));
  }
  return report;
}

}  // namespace

Verdict JudgedPackage::verdict() const {
  Verdict verdict = Verdict::Allow;
  for (const JudgedFinding& one : findings) {
    if (!one.approval) verdict = strongest(verdict, one.finding.verdict);
  }
  return verdict;
}

std::string JudgedBy::policy_text() const {
  if (policy.empty()) return "the default policy";
  return fmt::format("the policy '{}' (SHA-256 {})", policy, policy_sha256.substr(0, kShownHash));
}

std::string JudgedBy::approvals_text() const {
  if (approvals.empty()) return "no approvals";
  return fmt::format("the approvals '{}' (SHA-256 {})", approvals, approvals_sha256.substr(0, kShownHash));
}

Verdict Report::verdict() const {
  Verdict verdict = Verdict::Allow;
  for (const JudgedPackage& package : packages) verdict = strongest(verdict, package.verdict());
  for (const Finding& finding : general) verdict = strongest(verdict, finding.verdict);
  return verdict;
}

Report judge(std::vector<Facts> facts, const Policy& policy, const std::vector<Approval>& approvals,
             const Knowledge& knowledge, std::chrono::system_clock::time_point now) {
  return judged(std::move(facts), policy, approvals, knowledge, {now, Scope::Whole});
}

Report judge_request(std::vector<Facts> facts, const Policy& policy, const std::vector<Approval>& approvals,
                     const Knowledge& knowledge, std::chrono::system_clock::time_point now) {
  return judged(std::move(facts), policy, approvals, knowledge, {now, Scope::Request});
}

}  // namespace berth::vet
