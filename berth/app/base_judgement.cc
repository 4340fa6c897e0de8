#include "berth/app/base_judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "berth/app/judgement.h"
#include "berth/base/utf8.h"
#include "berth/vet/built_in_data.h"
#include "berth/vet/package.h"
#include "berth/vet/project_page.h"
#include "berth/vet/wheel_licences.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> wheels_in(const fs::path& folder) {
  std::vector<fs::path> wheels;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".whl") wheels.push_back(at->path());
  }
  if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("list '{}'", folder.native())));
  std::ranges::sort(wheels);
  return wheels;
}

Result<vet::Facts> facts_of(const fs::path& wheel) {
  const std::string file = wheel.filename().native();
  vet::Facts facts;
  facts.package = vet::make_package(vet::Ecosystem::PyPI, file.substr(0, file.find('-')),
                                    vet::version_in_file_name(file, ""), "the recipe of the base image");
  BERTH_TRY(facts.licences, vet::read_wheel_licences(wheel));
  return facts;
}

std::string line_of(const vet::Finding& finding) {
  return to_visible(fmt::format("{}: {}: {}", vet::text_of(finding.package), finding.rule, finding.evidence), false);
}

}  // namespace

Result<void> judge_base_wheels(const Settings& settings, const fs::path& folder,
                               const std::function<void(std::string_view)>& on_step) {
  const auto judging = [] { return "judge the libraries of the base image"; };
  BERTH_TRY(const Judgement judgement,
            Judgement::open(settings, {.built_in_approvals = vet::python2_approvals_text()}).context(judging));
  BERTH_TRY(const std::vector<fs::path> wheels, wheels_in(folder).context(judging));
  std::vector<vet::Facts> all;
  for (const fs::path& wheel : wheels) {
    BERTH_TRY(vet::Facts facts, facts_of(wheel).context(judging));
    all.push_back(std::move(facts));
  }
  const vet::Report report = judgement.judge(std::move(all));
  std::vector<std::string> reasons;
  std::size_t approved = 0;
  for (const vet::JudgedPackage& package : report.packages) {
    for (const vet::JudgedFinding& judged : package.findings) {
      if (judged.finding.verdict == vet::Verdict::Allow) continue;
      if (!judged.approval) {
        reasons.push_back(fmt::format("{} ({})", line_of(judged.finding), vet::verdict_text(judged.finding.verdict)));
        continue;
      }
      ++approved;
      on_step(fmt::format("approved: {} ({})", line_of(judged.finding), to_visible(judged.approval->text(), false)));
    }
  }
  for (const vet::Finding& finding : report.general) {
    on_step(to_visible(fmt::format("{}: {}", finding.rule, finding.evidence), false));
  }
  if (!reasons.empty()) {
    return fail(Errc::Denied, fmt::format("{}: they do not go in: {}; who answers for one can approve it in '{}'",
                                          judging(), fmt::join(reasons, "; "), judgement.approvals_file()));
  }
  on_step(fmt::format("judged {} libraries, {} findings of which are approved, by {}", wheels.size(), approved,
                      to_visible(judgement.text(), false)));
  return {};
}

}  // namespace berth::app
