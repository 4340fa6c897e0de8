#include "berth/cli/vet_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::cli {
namespace {

using vet::Verdict;

std::string shown(std::string_view text) { return to_visible(text, false); }

// Below the line of its package.
std::string finding_view(const vet::Finding& finding, const std::optional<vet::Approval>& approval) {
  const std::string_view verdict = approval ? "approved" : vet::verdict_text(finding.verdict);
  std::string view = fmt::format("    {:<8} {}: {}\n", verdict, finding.rule, shown(finding.evidence));
  if (approval) {
    view += fmt::format("             {}\n", shown(approval->text()));
  } else if (!finding.remedy.empty()) {
    view += fmt::format("             remedy: {}\n", shown(finding.remedy));
  }
  return view;
}

std::size_t count_of(const vet::Report& report, Verdict verdict) {
  return static_cast<std::size_t>(
      std::ranges::count_if(report.packages, [&](const auto& package) { return package.verdict() == verdict; }));
}

}  // namespace

std::string vet_view(const vet::Report& report) {
  std::string view;
  for (const vet::JudgedPackage& package : report.packages) {
    std::string licence;
    std::string below;
    for (const vet::JudgedFinding& one : package.findings) {
      if (one.finding.rule == "licence.allowed") {
        licence = "  " + shown(one.finding.evidence);
      } else {
        below += finding_view(one.finding, one.approval);
      }
    }
    const std::string& asker = package.facts.brought_by;
    const std::string brought = asker.empty() ? std::string() : fmt::format(" (brought along by {})", shown(asker));
    view += fmt::format("{:<8} {}{}{}\n", vet::verdict_text(package.verdict()),
                        shown(vet::text_of(package.facts.package)), brought, licence) +
            below;
  }
  for (const vet::Finding& finding : report.general) view += finding_view(finding, std::nullopt);
  for (const std::string& note : report.notes) view += fmt::format("    note     {}\n", shown(note));
  view += fmt::format("judged by {}, with {}\n", shown(report.by.policy_text()), shown(report.by.approvals_text()));
  return view + fmt::format("{} packages: {} allowed, {} to ask, {} refused\n", report.packages.size(),
                            count_of(report, Verdict::Allow), count_of(report, Verdict::Ask),
                            count_of(report, Verdict::Refuse));
}

}  // namespace berth::cli
