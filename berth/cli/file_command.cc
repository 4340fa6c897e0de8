#include "berth/cli/file_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include "berth/base/utf8.h"
#include "berth/cli/run_input.h"
#include "berth/cli/state_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/server/outputs.h"
#include "berth/store/entry_id.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

struct FileOptions {
  std::string investigation;
  std::vector<std::string> paths;
  std::string id;
  std::string to;
  bool json = false;
};

Json file_json(const server::HeldFile& file) {
  Json json = server::file_outputs(file);
  return json.set("FileID", file.file_id);
}

Result<void> list(const FileOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.investigation));
  BERTH_TRY(const auto files, scene.investigation().files());
  Table table{plain_row({"ENTRY", "NAME", "SIZE", "TYPE", "SHA-256"}), {Align::Left, Align::Left, Align::Right}, {}};
  Json found = Json::array();
  for (const server::HeldFile& file : files) {
    found.push_back(file_json(file));
    table.rows.push_back(plain_row(
        {file.entry_id, file.name, std::to_string(file.facts.size_bytes), file.facts.type, file.facts.sha256}));
  }
  if (options.json) {
    put_json(Json::object().set("files", std::move(found)));
  } else {
    put_text(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return {};
}

Result<void> add(const FileOptions& options, app::Scene& scene) {
  BERTH_CHECK_OK(scene.enter_investigation(options.investigation));
  BERTH_TRY(const auto before, scene.investigation().files());
  SceneOptions given;
  given.files = options.paths;
  BERTH_CHECK_OK(fill_scene(given, scene));
  BERTH_TRY(const auto files, scene.investigation().files());
  Json added = Json::array();
  for (std::size_t i = before.size(); i < files.size(); ++i) {
    added.push_back(file_json(files[i]));
    if (!options.json) put_text(fmt::format("{}  {}\n", files[i].entry_id, to_visible(files[i].name, false)));
  }
  if (options.json) put_json(Json::object().set("files", std::move(added)));
  return {};
}

// The investigation is in the id of the entry.
Result<void> get(const FileOptions& options, app::Scene& scene) {
  BERTH_TRY(const store::EntryId id, store::parse_entry_id(options.id));
  BERTH_CHECK_OK(scene.enter_investigation(std::to_string(id.investigation)));
  BERTH_TRY(const server::HeldFile file, scene.investigation().file(options.id));
  BERTH_TRY(const std::string bytes, scene.investigation().bytes_of(file));
  if (options.to.empty() || options.to == "-") {
    return sys::write_all(STDOUT_FILENO, bytes, "standard output");
  }
  BERTH_CHECK_OK(sys::write_file_atomically(options.to, bytes, 0600));
  if (options.json) put_json(file_json(file));
  return {};
}

}  // namespace

void add_files(CLI::App& program, Choice& choice) {
  CLI::App& group = *program.add_subcommand("file", "the files of an investigation");
  group.require_subcommand(1);
  {
    const auto options = std::make_shared<FileOptions>();
    CLI::App& command = *group.add_subcommand("list", "list them");
    command.add_option("--investigation", options->investigation, "whose files")->type_name("ID")->required();
    on_chosen(command, choice, options, list);
  }
  {
    const auto options = std::make_shared<FileOptions>();
    CLI::App& command = *group.add_subcommand("add", "hand files in, and print the ids of their entries");
    command.add_option("paths", options->paths, "the files")->required();
    command.add_option("--investigation", options->investigation, "where they go")->type_name("ID")->required();
    on_chosen(command, choice, options, add);
  }
  {
    const auto options = std::make_shared<FileOptions>();
    CLI::App& command = *group.add_subcommand("get", "the bytes of one");
    command.add_option("entry", options->id, "the id of its entry, such as 12@7")->required();
    command.add_option("--to", options->to, "where to write it; standard output without it")->type_name("PATH");
    on_chosen(command, choice, options, get);
  }
}

}  // namespace berth::cli
