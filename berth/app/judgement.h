// The judgement of this machine: its policy, approvals, advisories and lists of names, read once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/approvals.h"
#include "berth/vet/judge.h"
#include "berth/vet/knowledge.h"
#include "berth/vet/policy.h"

namespace berth::app {

// Files in the place of those beside the configuration; empty: those.
struct JudgementOptions {
  std::string policy;
  std::string approvals;
  std::string_view built_in_approvals = {};  // that come with the program, beside those of the file
};

// Const after it was made.
class Judgement {
 public:
  // Before there are threads (vet::StoredKnowledge::load). Errors: InvalidInput for a policy or approvals that cannot
  // be read, with file, line and remedy; those of reading.
  static Result<Judgement> open(const Settings& settings, const JudgementOptions& options = {});

  vet::Report judge(std::vector<vet::Facts> facts) const;
  vet::Report judge_request(std::vector<vet::Facts> facts) const;

  // Hash of what verdicts are made by: the policy, approvals that count today, advisories and lists and whether they
  // are stale. As long as it is the same, what passed still passes.
  std::string basis() const;

  // {"policy": "default", or the SHA-256 of its file, "advisories": [{"name", "newest", "imported", "sha256"}]}.
  Json record() const;
  // The same for people: "the default policy; advisories pypa of 2024-10-10, imported 2026-11-26".
  std::string text() const;

  // Whether the policy says itself which licences of distributions' packages are taken.
  bool binds_distributions() const { return policy_.binds_distributions; }

  // Whether there are any, in force or not.
  bool has_approvals() const { return !approvals_.empty(); }

  // The file that approvals are read from, or would be.
  const std::string& approvals_file() const { return approvals_file_; }

 private:
  explicit Judgement(vet::StoredKnowledge knowledge) : knowledge_(std::move(knowledge)) {}

  vet::StoredKnowledge knowledge_;
  vet::Policy policy_;
  vet::JudgedBy by_;
  std::vector<vet::Approval> approvals_;
  std::string approvals_file_;
};

}  // namespace berth::app
