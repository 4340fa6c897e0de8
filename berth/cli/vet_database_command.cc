#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "berth/app/exit_codes.h"
#include "berth/app/judgement_files.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/state_options.h"
#include "berth/cli/vet_command.h"
#include "berth/cli/vet_database_view.h"
#include "berth/vet/advisory_store.h"
#include "berth/vet/list_store.h"
#include "berth/vet/source_fetch.h"
#include "berth/vet/source_info.h"

namespace berth::cli {
namespace {

constexpr std::string_view kAdvisories = "advisories";

struct DatabaseOptions {
  std::string file;
  std::string name;
  std::string kind = std::string(kAdvisories);
  std::string dated;
  std::string policy;
  bool force = false;
  bool json = false;
};

using Moment = std::chrono::system_clock::time_point;

// What a command tells: of advisories and of lists, and what went wrong with others.
class Telling {
 public:
  explicit Telling(bool is_json) : is_json_(is_json) {}

  void add(const vet::SourceInfo& source) {
    sources_.push_back(vet::json_of_source(source));
    if (!is_json_) put_text(view_of(source));
  }
  void add(const vet::ListInfo& list) {
    lists_.push_back(vet::json_of_list(list));
    if (!is_json_) put_text(view_of(list));
  }
  // With whether it is older than the policy takes.
  template <class Info>
  void add_aged(const Info& info, const vet::Policy& policy, Moment now) {
    add(info);
    const bool is_old = is_stale(info, policy, now);
    if (!is_json_ && is_old) put_text(stale_view(info, policy));
    last_of(info).set("stale", is_old);
  }
  void add_damaged(const std::string& problem) {
    problems_.push_back(problem);
    if (!is_json_) put_text(to_visible("damaged: " + problem, false) + "\n");
  }
  void add_failure(const std::string& text) {
    failures_.push_back(text);
    if (!is_json_) std::fputs((to_visible("berth: " + text, false) + "\n").c_str(), stderr);
  }
  bool has_failures() const { return !failures_.as_array()->empty(); }

  // Prints the answer where it is to be JSON.
  void finish() && {
    if (!is_json_) return;
    Json answer = Json::object();
    answer.set("sources", std::move(sources_)).set("lists", std::move(lists_));
    put_json(answer.set("problems", std::move(problems_)).set("failures", std::move(failures_)));
  }

 private:
  Json& last_of(const vet::SourceInfo&) { return sources_.as_array()->back(); }
  Json& last_of(const vet::ListInfo&) { return lists_.as_array()->back(); }

  bool is_json_;
  Json sources_ = Json::array();
  Json lists_ = Json::array();
  Json problems_ = Json::array();
  Json failures_ = Json::array();
};

// A file may come from a day before its import, with somebody who carries it to a machine without a network.
Result<std::string> parse_day(const std::string& text, Moment now) {
  if (text.empty()) return text;
  const auto day = text.size() == std::string_view("2026-11-26").size() ? parse_utc(text) : std::nullopt;
  if (day && *day <= now) return text;
  return fail(Errc::InvalidInput,
              fmt::format("--dated: '{}' is no day that has been; write it as in 2026-11-26", to_visible(text, false)));
}

Result<void> import_advisories(const DatabaseOptions& options, const std::filesystem::path& folder, Telling& telling) {
  const Moment now = std::chrono::system_clock::now();
  BERTH_TRY(const std::string dated, parse_day(options.dated, now));
  BERTH_TRY(vet::GatheredAdvisories gathered, vet::read_advisories(options.file));
  gathered.source.name = options.name.empty() ? vet::source_name_of(options.file) : options.name;
  gathered.source.dated = dated;
  const auto shrinking = options.force ? vet::Shrinking::Taken : vet::Shrinking::Refused;
  BERTH_TRY(const vet::SourceInfo source, vet::store_advisories(folder, std::move(gathered), now, shrinking));
  telling.add(source);
  return {};
}

Result<void> import_list(const DatabaseOptions& options, const std::filesystem::path& folder, Telling& telling) {
  const Moment now = std::chrono::system_clock::now();
  BERTH_TRY(const std::string dated, parse_day(options.dated, now));
  BERTH_TRY(const vet::ListKind kind, vet::parse_list_kind(options.kind));
  if (!options.name.empty()) return fail(Errc::InvalidInput, "--name is of advisories: there is one list of a kind");
  BERTH_TRY(vet::KnownList list, vet::read_list(kind, options.file));
  if (!dated.empty()) list.info.dated = dated;
  BERTH_TRY(const vet::ListInfo info, vet::store_list(folder, std::move(list), now));
  telling.add(info);
  return {};
}

int import_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  Telling telling(options.json);
  const auto folder = app::advisory_folder(surroundings.settings);
  const auto imported =
      options.kind == kAdvisories ? import_advisories(options, folder, telling) : import_list(options, folder, telling);
  if (!imported) {
    const Error error = Error(imported.error()).in("nothing is changed");
    return refuse(error, app::input_exit_code(error), options.json);
  }
  std::move(telling).finish();
  return 0;
}

// Each source for itself: one that cannot be had keeps what it had.
void update_all(const vet::Policy& policy, const std::filesystem::path& folder, Telling& telling) {
  const auto tell = [&](std::string_view name, const auto& updated) {
    if (updated) return telling.add(*updated);
    telling.add_failure(fmt::format("{}: what was there stays in use: {}", name, updated.error().message()));
  };
  for (const vet::Source& source : policy.sources) {
    tell(source.name, [&]() -> Result<vet::SourceInfo> {
      BERTH_TRY(vet::GatheredAdvisories gathered, vet::fetch_advisories(source));
      return vet::store_advisories(folder, std::move(gathered), std::chrono::system_clock::now());
    }());
  }
  for (const auto& [kind, list] : policy.lists) {
    if (!list.source) continue;
    tell(list_kind_words(kind), [&]() -> Result<vet::ListInfo> {
      BERTH_TRY(vet::KnownList fetched, vet::fetch_list(kind, *list.source));
      return vet::store_list(folder, std::move(fetched), std::chrono::system_clock::now());
    }());
  }
}

int update_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto folder = app::advisory_folder(surroundings.settings);
  vet::add_stored_licences(folder);
  const auto policy = app::load_policy(options.policy);
  if (!policy) return refuse(policy.error(), app::input_exit_code(policy.error()), options.json);
  const auto has_source = [](const auto& one) { return one.second.source.has_value(); };
  if (policy->sources.empty() && std::ranges::none_of(policy->lists, has_source)) {
    return refuse(Error(Errc::InvalidInput,
                        "no source is configured; name one under 'advisories.sources' in vet.yaml, or use berth vet db "
                        "import FILE"),
                  app::kBadInputExit, options.json);
  }
  Telling telling(options.json);
  update_all(*policy, folder, telling);
  const int status = telling.has_failures() ? app::kMachineExit : 0;
  std::move(telling).finish();
  return status;
}

int status_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto folder = app::advisory_folder(surroundings.settings);
  vet::add_stored_licences(folder);
  const auto policy = app::load_policy(options.policy);
  if (!policy) return refuse(policy.error(), app::input_exit_code(policy.error()), options.json);
  const auto stored = vet::load_advisories(folder);
  if (!stored) return refuse(stored.error(), app::input_exit_code(stored.error()), options.json);
  const vet::StoredLists lists = vet::load_lists(folder);
  const Moment now = std::chrono::system_clock::now();
  Telling telling(options.json);
  for (const vet::SourceInfo& source : stored->database.sources()) telling.add_aged(source, *policy, now);
  for (const vet::KnownList& list : lists.lists) telling.add_aged(list.info, *policy, now);
  for (const std::string& problem : stored->problems) telling.add_damaged(problem);
  for (const std::string& problem : lists.problems) telling.add_damaged(problem);
  std::move(telling).finish();
  return 0;
}

int remove_command(const DatabaseOptions& options, const Surroundings& surroundings) {
  const auto removed = [&]() -> Result<void> {
    const auto folder = app::advisory_folder(surroundings.settings);
    if (options.kind == kAdvisories) {
      if (!options.name.empty()) return vet::remove_advisories(folder, options.name);
      return fail(Errc::InvalidInput, "name a source of advisories, or a list with --kind");
    }
    BERTH_TRY(const vet::ListKind kind, vet::parse_list_kind(options.kind));
    return vet::remove_list(folder, kind);
  }();
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
  CLI::App& group = *vet.add_subcommand("db", "advisories and lists: what packages are held against");
  group.require_subcommand(1);
  const auto add = [&](const char* name, const char* what, auto act) {
    const auto options = std::make_shared<DatabaseOptions>();
    CLI::App& command = *group.add_subcommand(name, what);
    on_chosen(command, choice, options, act);
    return std::pair<CLI::App*, std::shared_ptr<DatabaseOptions>>(&command, options);
  };
  const auto [update, update_options] = add("update", "fetch them from the places that vet.yaml names", update_command);
  update->add_option("--policy", update_options->policy, "instead of vet.yaml beside berth.yaml")->type_name("FILE");
  const auto add_kind = [](CLI::App& command, DatabaseOptions& chosen) {
    command.add_option("--kind", chosen.kind, "advisories, popular, malicious, licences or exceptions")
        ->check(CLI::IsMember({"advisories", "popular", "malicious", "licences", "exceptions"}))
        ->capture_default_str();
  };
  const auto [import, import_options] =
      add("import", "take them from a file: OSV records or an archive of them, or a list", import_command);
  import->add_option("file", import_options->file, "JSON, YAML, .zip or .tar.gz; CSV, text or JSON for a list")
      ->required();
  add_kind(*import, *import_options);
  import->add_option("--dated", import_options->dated, "the day that the file is of, where that is not today")
      ->type_name("YYYY-MM-DD");
  import->add_flag("--force", import_options->force,
                   "replace a source of a hundred advisories or more by fewer than half of them");
  import->add_option("--name", import_options->name, "of the source; by it the next import replaces this one")
      ->type_name("NAME");
  const auto [status, status_options] = add("status", "say what is here, from where and how old", status_command);
  status->add_option("--policy", status_options->policy, "instead of vet.yaml beside berth.yaml")->type_name("FILE");
  const auto [remove, remove_options] = add("remove", "forget a source, or a list that was imported", remove_command);
  remove->add_option("name", remove_options->name, "of a source of advisories");
  add_kind(*remove, *remove_options);
}

}  // namespace berth::cli
