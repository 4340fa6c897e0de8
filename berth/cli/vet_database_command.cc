#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "berth/app/exit_codes.h"
#include "berth/app/judgement_files.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/state_options.h"
#include "berth/cli/vet_command.h"
#include "berth/vet/advisory_fetch.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/source_info.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMostShown = 10;  // problems of a source

struct DatabaseOptions {
  std::string file;
  std::string name;
  std::string policy;
  bool json = false;
};

void say(const std::string& line) { put_text(to_visible(line, false) + "\n"); }

std::string summary_of(const vet::SourceInfo& source) {
  return fmt::format(
      "{}: {} advisories, the newest of {}, {} withdrawn, {} that contradict themselves; imported {} from {}",
      source.name, source.advisories, source.newest.empty() ? "no date" : source.newest, source.withdrawn,
      source.contradictions, source.imported, source.origin);
}

void show(const vet::SourceInfo& source) {
  say(summary_of(source));
  for (std::size_t i = 0; i < std::min(source.problems.size(), kMostShown); ++i) say("    " + source.problems[i]);
  if (source.problems.size() > kMostShown)
    say(fmt::format("    and {} more (--json)", source.problems.size() - kMostShown));
}

int import_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto imported = [&]() -> Result<vet::SourceInfo> {
    BERTH_TRY(vet::GatheredAdvisories gathered, vet::read_advisories(options.file));
    gathered.source.name = options.name.empty() ? vet::source_name_of(options.file) : options.name;
    return vet::store_advisories(app::advisory_folder(surroundings.settings), std::move(gathered),
                                 std::chrono::system_clock::now());
  }();
  if (!imported) {
    const Error error = Error(imported.error()).in("nothing is changed");
    return refuse(error, app::input_exit_code(error), options.json);
  }
  if (options.json) {
    put_json(Json::object().set("sources", Json(Json::Array{vet::json_of_source(*imported)})));
  } else {
    show(*imported);
  }
  return 0;
}

// Each source for itself: one that cannot be had keeps what it had.
int update_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto policy = app::load_policy(options.policy);
  if (!policy) return refuse(policy.error(), app::input_exit_code(policy.error()), options.json);
  if (policy->sources.empty()) {
    return refuse(Error(Errc::InvalidInput,
                        "no source is configured; name one under 'advisories.sources' in vet.yaml, or use berth vet db "
                        "import FILE"),
                  app::kBadInputExit, options.json);
  }
  int status = 0;
  Json sources = Json::array();
  Json failures = Json::array();
  for (const vet::AdvisorySource& source : policy->sources) {
    const auto updated = [&]() -> Result<vet::SourceInfo> {
      BERTH_TRY(vet::GatheredAdvisories gathered, vet::fetch_advisories(source));
      return vet::store_advisories(app::advisory_folder(surroundings.settings), std::move(gathered),
                                   std::chrono::system_clock::now());
    }();
    if (updated) {
      sources.push_back(vet::json_of_source(*updated));
      if (!options.json) show(*updated);
      continue;
    }
    status = app::kMachineExit;
    const std::string text = fmt::format("{}: what was there stays in use: {}", source.name, updated.error().message());
    failures.push_back(text);
    if (!options.json) std::fputs((to_visible("berth: " + text, false) + "\n").c_str(), stderr);
  }
  if (options.json) {
    Json answer = Json::object();
    answer.set("sources", std::move(sources)).set("failures", std::move(failures));
    put_json(std::move(answer));
  }
  return status;
}

int status_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto policy = app::load_policy(options.policy);
  if (!policy) return refuse(policy.error(), app::input_exit_code(policy.error()), options.json);
  const auto stored = vet::load_advisories(app::advisory_folder(surroundings.settings));
  if (!stored) return refuse(stored.error(), app::input_exit_code(stored.error()), options.json);
  const auto now = std::chrono::system_clock::now();
  Json sources = Json::array();
  for (const vet::SourceInfo& source : stored->database.sources()) {
    const auto age = vet::age_of(source, now);
    const bool is_stale = !age || *age >= policy->database_age;
    sources.push_back(vet::json_of_source(source));
    sources.as_array()->back().set("stale", is_stale);
    if (options.json) continue;
    show(source);
    if (is_stale)
      say(fmt::format("    older than {} hours: berth vet db update",
                      std::chrono::duration_cast<std::chrono::hours>(policy->database_age).count()));
  }
  Json problems = Json::array();
  for (const std::string& problem : stored->problems) {
    problems.push_back(problem);
    if (!options.json) say("damaged: " + problem);
  }
  if (options.json) {
    Json answer = Json::object();
    answer.set("sources", std::move(sources)).set("problems", std::move(problems));
    put_json(std::move(answer));
  } else if (stored->database.is_empty() && stored->problems.empty()) {
    say("there are no advisories here: berth vet db update, or berth vet db import FILE");
  }
  return 0;
}

int remove_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto removed = vet::remove_advisories(app::advisory_folder(surroundings.settings), options.name);
  return removed ? 0 : refuse(removed.error(), app::input_exit_code(removed.error()), options.json);
}

void on_chosen(CLI::App& command, Choice& choice, const std::shared_ptr<DatabaseOptions>& options,
               int (*act)(const DatabaseOptions&, const Surroundings&)) {
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, act] {
    choice.run = [options, act](const Surroundings& surroundings) { return act(*options, surroundings); };
  });
}

}  // namespace

void add_vet_database(CLI::App& vet, Choice& choice) {
  CLI::App& group = *vet.add_subcommand("db", "the advisories that versions are held against");
  group.require_subcommand(1);
  const auto add = [&](const char* name, const char* what, auto act) {
    const auto options = std::make_shared<DatabaseOptions>();
    CLI::App& command = *group.add_subcommand(name, what);
    on_chosen(command, choice, options, act);
    return std::pair<CLI::App*, std::shared_ptr<DatabaseOptions>>(&command, options);
  };
  const auto [update, update_options] = add("update", "fetch them from the places that vet.yaml names", update_command);
  update->add_option("--policy", update_options->policy, "instead of vet.yaml beside berth.yaml")->type_name("FILE");
  const auto [import, import_options] =
      add("import", "take them from a file: OSV records, or an archive of them", import_command);
  import->add_option("file", import_options->file, "JSON, YAML, .zip or .tar.gz")->required();
  import->add_option("--name", import_options->name, "of the source; by it the next import replaces this one")
      ->type_name("NAME");
  const auto [status, status_options] = add("status", "say what is here, from where and how old", status_command);
  status->add_option("--policy", status_options->policy, "instead of vet.yaml beside berth.yaml")->type_name("FILE");
  const auto [remove, remove_options] = add("remove", "forget a source", remove_command);
  remove->add_option("name", remove_options->name, "its name")->required();
}

}  // namespace berth::cli
