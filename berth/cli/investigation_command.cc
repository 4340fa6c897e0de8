#include "berth/cli/investigation_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/base/utf8.h"
#include "berth/cli/entry_view.h"
#include "berth/cli/state_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/cli/value_source.h"
#include "berth/server/incident_fields.h"
#include "berth/server/incident_json.h"
#include "berth/server/outputs.h"
#include "berth/store/investigations.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

struct NewOptions {
  std::string name;
  std::string type;
  std::string incident;
  bool json = false;
};

struct ListOptions {
  bool open = false;
  bool closed = false;
  std::string type;
  bool json = false;
};

struct ShowOptions {
  std::string id;
  std::string tag;
  bool with_context = false;
  bool json = false;
};

struct CloseOptions {
  std::string id;
  std::string reason;
  std::string notes;
  bool reopen = false;
  bool json = false;
};

struct ExportOptions {
  std::string id;
  std::string folder;
  bool json = false;
};

Result<void> make_new(const NewOptions& options, app::Scene& scene) {
  store::NewInvestigation wanted;
  wanted.name = options.name;
  wanted.type = options.type;
  wanted.incident = Json::object();
  if (!options.incident.empty()) {
    BERTH_TRY(const Json given, read_json_file("--incident", options.incident));
    BERTH_TRY(wanted.incident, server::incident_fields_of(given).context([] { return "--incident"; }));
    if (wanted.name.empty()) wanted.name = wanted.incident.text_or("name", "");
    if (wanted.type.empty()) wanted.type = wanted.incident.text_or("type", "");
  }
  BERTH_TRY(store::Database * database, scene.state().database());
  BERTH_TRY(const store::Investigation made, store::Investigations(*database).add(wanted));
  if (options.json) {
    put_json(Json::object().set("id", std::to_string(made.id)).set("name", made.name));
  } else {
    put_text(fmt::format("{}\n", made.id));
  }
  return {};
}

Json summary_of(const store::Investigation& one) {
  Json json = Json::object();
  json.set("id", std::to_string(one.id)).set("name", one.name).set("type", one.type);
  json.set("open", one.is_open()).set("created", server::time_text(one.created));
  return json.set("modified", server::time_text(one.modified));
}

Result<void> list(const ListOptions& options, app::Scene& scene) {
  BERTH_TRY(store::Database * database, scene.state().database());
  store::InvestigationFilter filter;
  filter.type = options.type;
  if (options.open != options.closed) filter.open = options.open;
  filter.limit = 1000;
  Table table{plain_row({"ID", "NAME", "TYPE", "STATE", "MODIFIED"}), {Align::Right}, {}};
  Json found = Json::array();
  for (bool more = true; more;) {
    BERTH_TRY(const auto page, store::Investigations(*database).list(filter));
    for (const store::Investigation& one : page) {
      filter.after = one.id;
      if (options.json) found.push_back(summary_of(one));
      table.rows.push_back(plain_row({std::to_string(one.id), one.name, one.type, one.is_open() ? "open" : "closed",
                                      server::time_text(one.modified)}));
    }
    more = page.size() == filter.limit;
  }
  if (options.json) {
    put_json(Json::object().set("investigations", std::move(found)));
  } else {
    put_text(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return {};
}

// Everything but the bytes of files.
Result<Json> whole(server::Investigation& investigation, const std::string& tag) {
  Json json = Json::object();
  BERTH_TRY(Json description, investigation.description());
  BERTH_TRY(Json incident, investigation.incident());
  BERTH_TRY(Json context, investigation.context());
  json.set("investigation", std::move(description)).set("incident", std::move(incident));
  Json entries = Json::array();
  server::EntryQuery query;
  if (!tag.empty()) query.tags.push_back(tag);
  for (bool more = true; more;) {
    BERTH_TRY(auto page, investigation.entries(query));
    more = page.size() == query.limit;
    for (Json& entry : page) {
      BERTH_TRY(const store::EntryId id, store::parse_entry_id(entry.text_or("ID", "")));
      query.after = id.number;
      entries.push_back(std::move(entry));
    }
  }
  json.set("entries", std::move(entries)).set("context", std::move(context));
  Json files = Json::array();
  BERTH_TRY(const auto held, investigation.files());
  for (const server::HeldFile& file : held) {
    Json one = server::file_outputs(file);
    files.push_back(one.set("FileID", file.file_id));
  }
  return json.set("files", std::move(files));
}

Result<void> show(const ShowOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.id));
  BERTH_TRY(Json json, whole(scene.investigation(), options.tag));
  if (options.json) {
    put_json(std::move(json));
    return {};
  }
  const Page page = detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page();
  const Json& about = *json.find("investigation");
  put_text(fmt::format("investigation {}: {}\n", options.id, to_visible(about.text_or("name", ""), false)));
  for (const Json& entry : *json.find("entries")->as_array()) {
    EntryView view;
    view.with_context = options.with_context;
    if (const auto file = scene.investigation().file(entry.text_or("ID", ""))) view.file_bytes = file->facts.size_bytes;
    put_text(fmt::format("[{}] ", entry.text_or("ID", "")) + render_entry(entry, page, view));
  }
  return {};
}

Result<void> close(const CloseOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.id));
  if (options.reopen) {
    BERTH_TRY(store::Database * database, scene.state().database());
    BERTH_TRY(const store::InvestigationId id, store::parse_investigation_id(options.id));
    BERTH_CHECK_OK(store::Investigations(*database).reopen(id));
  } else {
    BERTH_CHECK_OK(scene.investigation().close(options.reason, options.notes));
  }
  if (options.json) put_json(Json::object().set("id", options.id).set("open", options.reopen));
  return {};
}

Result<void> take_out(const ExportOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.id));
  BERTH_TRY(Json json, whole(scene.investigation(), ""));
  if (options.folder.empty()) {
    put_json(std::move(json));
    return {};
  }
  BERTH_CHECK_OK(sys::make_folders(options.folder, 0700));
  const std::filesystem::path folder = options.folder;
  BERTH_TRY(const auto held, scene.investigation().files());
  for (const server::HeldFile& file : held) {
    BERTH_TRY(const std::string bytes, scene.investigation().bytes_of(file));
    BERTH_CHECK_OK(sys::write_file_atomically(folder / file.file_id, bytes, 0600));
  }
  Json named = Json::object().set("schema", kStateSchema);
  for (auto& [name, value] : *json.as_object()) named.set(name, std::move(value));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "investigation.json", print_json_pretty(named) + "\n", 0600));
  if (options.json) put_json(Json::object().set("folder", options.folder).set("files", std::uint64_t{held.size()}));
  return {};
}

}  // namespace

void add_investigation(CLI::App& program, Choice& choice) {
  CLI::App& group =
      *program.add_subcommand("investigation", "what calls work in: entries, context, files, an incident");
  group.require_subcommand(1);
  {
    const auto options = std::make_shared<NewOptions>();
    CLI::App& command = *group.add_subcommand("new", "make one, and print its id");
    command.add_option("name", options->name, "what it is about");
    command.add_option("--type", options->type, "type of its incident")->type_name("TYPE");
    command.add_option("--incident", options->incident, "its incident, as a JSON object")->type_name("FILE");
    on_chosen(command, choice, options, make_new);
  }
  {
    const auto options = std::make_shared<ListOptions>();
    CLI::App& command = *group.add_subcommand("list", "list them");
    command.add_flag("--open", options->open, "only open ones");
    command.add_flag("--closed", options->closed, "only closed ones");
    command.add_option("--type", options->type, "only of this type")->type_name("TYPE");
    on_chosen(command, choice, options, list);
  }
  {
    const auto options = std::make_shared<ShowOptions>();
    CLI::App& command = *group.add_subcommand("show", "show its entries");
    command.add_option("id", options->id, "its id")->required();
    command.add_option("--tag", options->tag, "only entries with this tag")->type_name("TAG");
    command.add_flag("--outputs", options->with_context, "what entries put into the context, too");
    on_chosen(command, choice, options, show);
  }
  {
    const auto options = std::make_shared<CloseOptions>();
    CLI::App& command = *group.add_subcommand("close", "close it");
    command.add_option("id", options->id, "its id")->required();
    command.add_option("--reason", options->reason, "why")->type_name("TEXT");
    command.add_option("--notes", options->notes, "what is to be known")->type_name("TEXT");
    command.add_flag("--reopen", options->reopen, "open it again instead");
    on_chosen(command, choice, options, close);
  }
  {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App& command =
        *group.add_subcommand("export", "take it out whole, as JSON, with its files where a folder is named");
    command.add_option("id", options->id, "its id")->required();
    command.add_option("--to", options->folder, "a folder for investigation.json and the files")->type_name("FOLDER");
    on_chosen(command, choice, options, take_out);
  }
}

}  // namespace berth::cli
