#include "berth/cli/vet_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "berth/app/exit_codes.h"
#include "berth/app/index_pages.h"
#include "berth/app/inventory_facts.h"
#include "berth/app/judgement.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/vet_view.h"
#include "berth/version.h"
#include "berth/vet/build_folder.h"
#include "berth/vet/index_facts.h"
#include "berth/vet/installed_packages.h"
#include "berth/vet/judge.h"
#include "berth/vet/knowledge.h"
#include "berth/vet/lock_file.h"
#include "berth/vet/report_json.h"
#include "berth/vet/requirements.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kRefusedExit = 1;
constexpr int kAskExit = 3;

struct VetOptions {
  std::vector<std::string> subjects;
  std::vector<std::string> files;
  std::string policy;
  std::string approvals;
  std::string format = "text";
  bool json = false;
  bool offline = false;
};

void add(vet::LockFile lock, std::vector<vet::LockedPackage>& packages, std::vector<vet::Facts>& facts) {
  for (vet::LockedPackage& one : lock.packages) packages.push_back(std::move(one));
  for (vet::LeftOut& one : lock.left_out) {
    vet::Facts unknown;
    unknown.package = vet::make_package(vet::Ecosystem::PyPI, one.origin, "", one.origin);
    unknown.findings.push_back({vet::Verdict::Ask, "source.elsewhere", unknown.package, one.why,
                                "name the package and take it from the index, or approve it"});
    facts.push_back(std::move(unknown));
  }
}

// `python3:3.11`, `registry.example/name@sha256:...`: no requirement has a colon or a slash in its name.
bool is_image_name(std::string_view subject) {
  const std::string_view name = subject.substr(0, subject.find_first_of(" ;["));
  return subject.find(" @ ") == std::string_view::npos && name.find_first_of(":/") != std::string_view::npos;
}

// What the command names: packages that are to be had, and those that lie in folders and images.
Result<std::vector<vet::Facts>> gather(const VetOptions& options, const app::Settings& settings) {
  std::vector<vet::LockedPackage> packages;
  std::vector<vet::Facts> facts;
  for (const std::string& subject : options.subjects) {
    std::error_code ignored;
    if (is_image_name(subject) && !fs::exists(subject, ignored) && !subject.starts_with('.') &&
        !subject.starts_with('/')) {
      BERTH_TRY(std::vector<vet::Facts> installed, app::facts_of_image(settings, subject));
      std::ranges::move(installed, std::back_inserter(facts));
      continue;
    }
    if (subject.find('/') != std::string::npos || subject == ".") {
      if (!fs::is_directory(subject, ignored)) {
        return fail(Errc::NotFound, fmt::format("'{}' is no folder", to_visible(subject, false)));
      }
      BERTH_TRY(std::optional<vet::BuildFolder> build, vet::read_build_folder(subject));
      if (build) {
        facts.push_back(std::move(build->image));
        add(std::move(build->asks), packages, facts);
      }
      BERTH_TRY(std::vector<vet::Facts> installed, vet::read_installed_packages(subject));
      std::ranges::move(installed, std::back_inserter(facts));
      continue;
    }
    BERTH_TRY(vet::LockedPackage one, vet::parse_requirement(subject, "command line"));
    packages.push_back(std::move(one));
  }
  for (const std::string& file : options.files) {
    BERTH_TRY(vet::LockFile lock, vet::read_lock_file(file));
    add(std::move(lock), packages, facts);
  }
  if (options.offline) {
    for (vet::LockedPackage& one : packages) {
      vet::Facts bare;
      bare.package = std::move(one.package);
      facts.push_back(std::move(bare));
    }
  } else {
    BERTH_TRY(const image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()));
    BERTH_TRY(app::IndexWay way, app::index_way(settings.containers, pip));
    BERTH_TRY(std::vector<vet::Facts> found, vet::fetch_index_facts(packages, app::environment_of(way)));
    app::IndexPages pages(pip, std::move(way));
    BERTH_CHECK_OK(pages.tell(found));
    std::ranges::move(found, std::back_inserter(facts));
  }
  return facts;
}

Result<vet::Report> report_of(const VetOptions& options, const Surroundings& surroundings) {
  BERTH_TRY(app::Judgement judgement, app::Judgement::open(surroundings.settings, {options.policy, options.approvals}));
  BERTH_TRY(std::vector<vet::Facts> facts, gather(options, surroundings.settings));
  return judgement.judge(std::move(facts));
}

int vet_command(const VetOptions& options, const Surroundings& surroundings) {
  const bool is_json = options.json || options.format == "json";
  if (options.subjects.empty() && options.files.empty()) {
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
  vet.add_option(
      "subjects", options->subjects,
      "packages (NAME, NAME==VERSION), folders with installed ones or of an image (PATH/), images of this machine "
      "(NAME:TAG)");
  vet.add_option("-r,--requirements", options->files, "a list of requirements, or a lock file")
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
  vet.add_flag("--offline", options->offline, "ask no index: licences of packages that are not here stay unknown");
  add_vet_database(vet, choice);
  vet.callback([&vet, &choice, options] {
    if (!vet.get_subcommands().empty()) return;
    choice.run = [options](const Surroundings& surroundings) { return vet_command(*options, surroundings); };
  });
}

}  // namespace berth::cli
