#include "berth/app/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "berth/app/judgement_files.h"
#include "berth/base/sha256.h"

namespace berth::app {
namespace {

using Clock = std::chrono::system_clock;

constexpr std::size_t kDay = 10;  // "2026-11-26"

}  // namespace

Result<Judgement> Judgement::open(const Settings& settings, const JudgementOptions& options) {
  // First, since policies name licences.
  BERTH_TRY(vet::StoredKnowledge knowledge, vet::StoredKnowledge::load(advisory_folder(settings)));
  Judgement judgement(std::move(knowledge));
  BERTH_TRY(const auto policy,
            find_judgement_file(options.policy, "vet.yaml").context([] { return "read the policy"; }));
  if (policy) {
    BERTH_TRY(judgement.policy_, vet::parse_policy(policy->text, policy->path));
    judgement.by_.policy = policy->path;
    judgement.by_.policy_sha256 = sha256_hex(policy->text);
  }
  BERTH_TRY(const auto approvals,
            find_judgement_file(options.approvals, "approvals.yaml").context([] { return "read the approvals"; }));
  judgement.approvals_file_ = approvals ? approvals->path : judgement_file_place("approvals.yaml").native();
  if (approvals) {
    BERTH_TRY(judgement.approvals_, vet::parse_approvals(approvals->text, approvals->path));
    judgement.by_.approvals = approvals->path;
    judgement.by_.approvals_sha256 = sha256_hex(approvals->text);
  }
  if (!options.built_in_approvals.empty()) {
    BERTH_TRY(std::vector<vet::Approval> more, vet::parse_approvals(options.built_in_approvals, "built-in approvals"));
    std::ranges::move(more, std::back_inserter(judgement.approvals_));
  }
  return judgement;
}

vet::Report Judgement::judge(std::vector<vet::Facts> facts) const {
  vet::Report report = vet::judge(std::move(facts), policy_, approvals_, knowledge_.view(), Clock::now());
  report.by = by_;
  return report;
}

vet::Report Judgement::judge_request(std::vector<vet::Facts> facts) const {
  return vet::judge_request(std::move(facts), policy_, approvals_, knowledge_.view(), Clock::now());
}

std::string Judgement::basis() const {
  const auto now = Clock::now();
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.update(text);
    hash.update(std::string_view("\0", 1));
  };
  add(by_.policy_sha256);
  for (const vet::Approval& approval : approvals_) {
    if (!approval.is_over(now)) add(approval.text());
  }
  const vet::Knowledge known = knowledge_.view();
  for (const vet::SourceInfo& source : known.advisories.sources()) {
    add(source.name);
    add(source.sha256);
  }
  for (const vet::ListInfo& list : known.lists) add(list.sha256);
  // What is old or damaged.
  for (const vet::Finding& finding : judge({}).general) add(finding.rule);
  return std::move(hash).hex();
}

Json Judgement::record() const {
  Json sources = Json::array();
  const vet::Knowledge known = knowledge_.view();
  for (const vet::SourceInfo& source : known.advisories.sources()) {
    Json one = Json::object();
    one.set("name", source.name).set("newest", source.newest).set("imported", source.imported);
    sources.push_back(one.set("sha256", source.sha256));
  }
  Json record = Json::object();
  record.set("policy", by_.policy_sha256.empty() ? "default" : "sha256:" + by_.policy_sha256);
  return record.set("advisories", std::move(sources));
}

std::string Judgement::text() const {
  std::string text = by_.policy_text();
  const vet::Knowledge known = knowledge_.view();
  for (const vet::SourceInfo& source : known.advisories.sources()) {
    const std::string imported =
        source.imported.empty() ? "" : fmt::format(", imported {}", source.imported.substr(0, kDay));
    text += fmt::format("; advisories '{}' of {}{}", source.name,
                        source.newest.empty() ? "no date" : source.newest.substr(0, kDay), imported);
  }
  return text + (known.advisories.sources().empty() ? "; no advisories" : "");
}

}  // namespace berth::app
