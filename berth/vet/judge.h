// The judgement: facts about packages against the policy, approvals and what is known of weak versions. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "berth/vet/advisory_database.h"
#include "berth/vet/approvals.h"
#include "berth/vet/facts.h"
#include "berth/vet/finding.h"
#include "berth/vet/known_list.h"
#include "berth/vet/name_findings.h"
#include "berth/vet/policy.h"

namespace berth::vet {

struct JudgedFinding {
  Finding finding;
  std::optional<Approval> approval;  // that lets it pass
};

struct JudgedPackage {
  Facts facts;
  std::vector<JudgedFinding> findings;  // the strongest first

  // The strongest of what nobody approved.
  Verdict verdict() const;
};

// The files that say by what was judged; empty paths: none, and the policy is the default.
struct JudgedBy {
  std::string policy;
  std::string policy_sha256;
  std::string approvals;
  std::string approvals_sha256;

  // "the policy 'vet.yaml' (SHA-256 0123456789ab)", "the default policy".
  std::string policy_text() const;
  std::string approvals_text() const;
};

struct Report {
  std::vector<JudgedPackage> packages;  // in the order of the facts
  std::vector<Finding> general;         // of no one package: about the advisories and lists
  std::vector<std::string> notes;       // approvals that are over, and those that nothing needs
  std::vector<SourceInfo> advisories;   // the sources that were asked
  std::vector<ListInfo> lists;          // and the lists
  JudgedBy by = {};                     // left to those who have read the files

  Verdict verdict() const;
};

// What is known beside the facts. Refers to it; it must live as long as the judgement takes.
struct Knowledge {
  const AdvisoryDatabase& advisories;
  const std::vector<std::string>& database_problems;  // of load_advisories
  const MaliciousNames& malicious;
  const LookAlikes& look_alikes;
  std::vector<ListInfo> lists = {};
  std::vector<std::string> list_problems = {};  // of load_lists
};

// Judges by names (name_findings.h), licences (licence_judgement.h), and
//   advisory.malicious      Refuse  published to do harm
//   advisory.LEVEL          by the policy, for each weakness that is known of the version
//   version.none            Ask     no one version is named, so nobody can tell what will come
//   version.unreadable      Ask     no version by the rules of its ecosystem: it is in no order
//   release.young, .yanked  by the policy
//   release.unseen          Ask     released after the start set was made, where there are no other advisories of the
//                                   index
//   release.unmaintained    by the policy: no release for long, or its index says that it was given up
//   release.undated         by the policy, where an index was asked and it does not say when the version came
//   build.*                 of the folder of an image (build_rules.h)
//   database.missing, .stale, .damaged   by the policy's `missing`
//   database.start-set      by the policy: told in any case
//   database.uncovered      by the policy, told in any case: of a distribution there are no advisories
//   list.stale, .damaged    by the policy
// `policy.rules` replaces verdicts of rules. A Python package that a distribution's package owns is judged by the
// distribution's data alone. Approvals that are over count for nothing, and are named in the notes.
Report judge(std::vector<Facts> facts, const Policy& policy, const std::vector<Approval>& approvals,
             const Knowledge& knowledge, std::chrono::system_clock::time_point now);

// The part of it that holds before anything is resolved: names, the database, and of packages that name one version
// what is known of that.
Report judge_request(std::vector<Facts> facts, const Policy& policy, const std::vector<Approval>& approvals,
                     const Knowledge& knowledge, std::chrono::system_clock::time_point now);

}  // namespace berth::vet
