#include "berth/cli/vet_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "berth/app/exit_codes.h"
#include "berth/app/judgement.h"
#include "berth/app/vet_gathering.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/vet_view.h"
#include "berth/version.h"
#include "berth/vet/judge.h"
#include "berth/vet/report_json.h"

namespace berth::cli {
namespace {

constexpr int kRefusedExit = 1;
constexpr int kAskExit = 3;

struct VetOptions {
  app::VetRequest request;
  std::string policy;
  std::string approvals;
  std::string format = "text";
  bool json = false;
};

Result<vet::Report> report_of(const VetOptions& options, const Surroundings& surroundings) {
  BERTH_TRY(app::Judgement judgement, app::Judgement::open(surroundings.settings, {options.policy, options.approvals}));
  BERTH_TRY(app::VetGathered gathered, app::gather_for_vetting(surroundings.settings, options.request));
  vet::Report report = judgement.judge(std::move(gathered.facts));
  std::ranges::move(gathered.notes, std::back_inserter(report.notes));
  return report;
}

int vet_command(const VetOptions& options, const Surroundings& surroundings) {
  const bool is_json = options.json || options.format == "json";
  if (options.request.subjects.empty() && options.request.files.empty()) {
    return refuse(Error(Errc::InvalidInput, "nothing to vet: name a package, a folder, or -r FILE"), app::kBadInputExit,
                  is_json);
  }
  const auto report = report_of(options, surroundings);
  if (!report) return refuse(report.error(), app::input_exit_code(report.error()), is_json);
  std::string text;
  if (is_json) {
    text = print_json_pretty(vet::json_of_report(*report)) + "\n";
  } else if (options.format == "sarif") {
    text = print_json_pretty(vet::sarif_of_report(*report, kVersion)) + "\n";
  } else {
    text = vet_view(*report);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  switch (report->verdict()) {
    case vet::Verdict::Allow:
      return 0;
    case vet::Verdict::Ask:
      return kAskExit;
    case vet::Verdict::Refuse:
      return kRefusedExit;
  }
  return kRefusedExit;
}

}  // namespace

void add_vet(CLI::App& program, Choice& choice) {
  CLI::App& vet = *program.add_subcommand("vet", "judge packages: names, licences, known weaknesses");
  const auto options = std::make_shared<VetOptions>();
  vet.add_option("subjects", options->request.subjects,
                 "packages (NAME, NAME==VERSION), folders with installed ones, lists or of an image (PATH/), images of "
                 "this machine "
                 "(NAME:TAG, python3)");
  vet.add_option("-r,--requirements", options->request.files, "a list of requirements, or a lock file")
      ->type_name("FILE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  vet.add_option("--policy", options->policy, "instead of vet.yaml beside berth.yaml")->type_name("FILE");
  vet.add_option("--approvals", options->approvals, "instead of approvals.yaml beside berth.yaml")->type_name("FILE");
  vet.add_option("--format", options->format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}))
      ->capture_default_str();
  vet.add_flag("--json", options->json, "the report as JSON");
  vet.add_flag("--offline", options->request.offline,
               "ask no index: licences of packages that are not here stay unknown");
  vet.add_flag("!--no-dependencies", options->request.dependencies,
               "judge the packages alone, without what they bring along");
  add_vet_database(vet, choice);
  vet.callback([&vet, &choice, options] {
    if (!vet.get_subcommands().empty()) return;
    choice.run = [options](const Surroundings& surroundings) { return vet_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
