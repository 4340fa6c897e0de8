#include "berth/cli/list_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/base/utf8.h"
#include "berth/cli/state_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/cli/value_source.h"
#include "berth/server/incident_json.h"
#include "berth/store/lists.h"

namespace berth::cli {
namespace {

struct ListOptions {
  std::string name;
  std::string data;
  std::string type;
  std::string separator = ",";
  bool json = false;
};

// The data as given: text, `@file`, or `-` for standard input.
Result<std::string> data_of(const ListOptions& options) {
  content::Assignment given{"data", options.data};
  StandardInput input;
  BERTH_CHECK_OK(read_source(given, "list", input));
  return given.value;
}

Result<void> done(const ListOptions& options, std::string_view what) {
  if (options.json) put_json(Json::object().set("name", options.name).set("done", what));
  return {};
}

Result<void> list_all(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_TRY(const auto all, store::Lists(*database).list());
  Table table{plain_row({"NAME", "TYPE", "MODIFIED"}), {}, {}};
  Json found = Json::array();
  for (const store::ServerList& one : all) {
    Json json = Json::object();
    json.set("name", one.name).set("type", one.type).set("modified", server::time_text(one.modified));
    found.push_back(std::move(json));
    table.rows.push_back(plain_row({one.name, one.type, server::time_text(one.modified)}));
  }
  if (options.json) {
    put_json(Json::object().set("lists", std::move(found)));
  } else {
    put_text(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return {};
}

Result<void> get(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_TRY(const store::ServerList list, store::Lists(*database).get(options.name));
  if (options.json) {
    Json json = Json::object();
    put_json(json.set("name", list.name).set("type", list.type).set("data", list.data));
  } else if (::isatty(STDOUT_FILENO) == 1) {
    put_text(to_visible(list.data, true) + "\n");
  } else {
    put_text(list.data);
  }
  return {};
}

Result<void> set(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(const std::string data, data_of(options));
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_CHECK_OK(store::Lists(*database).set(options.name, data, options.type));
  return done(options, "set");
}

Result<void> add(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(const std::string data, data_of(options));
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_CHECK_OK(store::Lists(*database).append(options.name, data, options.separator));
  return done(options, "extended");
}

Result<void> remove(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_CHECK_OK(store::Lists(*database).remove(options.name));
  return done(options, "deleted");
}

}  // namespace

void add_lists(CLI::App& program, Choice& choice) {
  CLI::App& group = *program.add_subcommand("list", "the server lists that scripts read and change");
  group.require_subcommand(1);
  {
    const auto options = std::make_shared<ListOptions>();
    on_chosen(*group.add_subcommand("all", "list them"), choice, options, list_all);
  }
  {
    const auto options = std::make_shared<ListOptions>();
    CLI::App& command = *group.add_subcommand("get", "print the data of one");
    command.add_option("name", options->name, "its name")->required();
    on_chosen(command, choice, options, get);
  }
  {
    const auto options = std::make_shared<ListOptions>();
    CLI::App& command = *group.add_subcommand("set", "set the data of one, which is made where it is missing");
    command.add_option("name", options->name, "its name")->required();
    command.add_option("data", options->data, "text, @FILE, or - for standard input")->required();
    command.add_option("--type", options->type, "plain_text, json, ...")->type_name("TYPE");
    on_chosen(command, choice, options, set);
  }
  {
    const auto options = std::make_shared<ListOptions>();
    CLI::App& command = *group.add_subcommand("add", "put data at the end of one");
    command.add_option("name", options->name, "its name")->required();
    command.add_option("data", options->data, "text, @FILE, or - for standard input")->required();
    command.add_option("--separator", options->separator, "what stands before it")->capture_default_str();
    on_chosen(command, choice, options, add);
  }
  {
    const auto options = std::make_shared<ListOptions>();
    CLI::App& command = *group.add_subcommand("delete", "delete one");
    command.add_option("name", options->name, "its name")->required();
    on_chosen(command, choice, options, remove);
  }
}

}  // namespace berth::cli
