// The judgement of this machine: its policy, approvals, advisories and lists of names, read once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/approvals.h"
#include "berth/vet/judge.h"
#include "berth/vet/policy.h"

namespace berth::app {

// Files in the place of those beside the configuration; empty: those.
struct JudgementOptions {
  std::string policy;
  std::string approvals;
};

// For one thread: what names are compared with is made at the first judgement, and kept.
class Judgement {
 public:
  // Errors: InvalidInput for a policy or approvals that cannot be read, with file, line and remedy; those of reading.
  static Result<Judgement> open(const Settings& settings, const JudgementOptions& options = {});

  vet::Report judge(std::vector<vet::Facts> facts);
  vet::Report judge_request(std::vector<vet::Facts> facts);

  // Hash of what verdicts are made by: the policy, approvals that count today, advisories and whether they are stale.
  // As long as it is the same, what passed still passes.
  std::string basis() const;

  // {"policy": "default", or the SHA-256 of its file, "advisories": [{"name", "newest", "imported", "sha256"}]}.
  Json record() const;
  // The same for people: "the default policy; advisories pypa of 2024-10-10, imported 2026-11-26".
  std::string text() const;

  // The file that approvals are read from, or would be.
  const std::string& approvals_file() const { return approvals_file_; }

 private:
  using Judging = decltype(vet::judge);
  Judgement() = default;
  vet::Report ask(Judging judging, std::vector<vet::Facts> facts);

  vet::Policy policy_;
  std::string policy_file_;    // empty: the defaults
  std::string policy_sha256_;  // of its file
  std::vector<vet::Approval> approvals_;
  std::string approvals_file_;
  vet::StoredAdvisories advisories_;
  std::unique_ptr<const vet::LookAlikes> look_alikes_;
};

}  // namespace berth::app
