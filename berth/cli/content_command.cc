#include "berth/cli/content_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "berth/app/content_check.h"
#include "berth/app/content_service.h"
#include "berth/app/content_source.h"
#include "berth/app/image_setting.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/cli/common_options.h"
#include "berth/cli/content_report.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/content/commands.h"

namespace berth::cli {
namespace {

// What was found, and something in it cannot run.
constexpr int kFoundExit = 1;

struct ContentOptions {
  std::string origin;
  std::string name;  // of a source, or of an item
  std::string source;
  app::CheckOptions check;
  std::string engine;
  bool registry = false;
  app::SetImageRequest image;
  std::string format = "text";
  bool all = false;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }
void put_json(const Json& json) { put(print_json_pretty(json) + "\n"); }
void say(const std::string& line) { put(to_visible(line, false) + "\n"); }
void warn(const std::string& line) { std::fputs((to_visible(line, false) + "\n").c_str(), stderr); }

Page page_of_output() { return detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page(); }

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void warn_of(const app::ContentService& service) {
  for (const auto& broken : service.broken_sources()) {
    warn(fmt::format("berth: warning: source '{}': {}", broken.source->name, broken.error));
  }
  for (const auto& clash : service.clashes()) {
    std::vector<std::string> files;
    for (const auto& item : clash.items) files.push_back(fmt::format("'{}'", item.yaml().native()));
    warn(fmt::format("berth: warning: {} '{}' is there several times: {}", content::kind_text(clash.kind), clash.name,
                     fmt::join(files, " and ")));
  }
}

int add_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto added = app::add_content_source(surroundings.settings, options.origin, options.name);
  if (!added) return complain(added.error());
  const auto service = app::ContentService::with_sources(surroundings.settings, {added->source});
  const auto& index = service.indexes().front();
  if (options.json) {
    Json json = Json::object();
    put_json(json.set("schema", kContentSchema)
                 .set("updated", added->updated)
                 .set("source", source_json(added->source, index)));
  } else {
    const std::size_t broken = index ? index->broken().size() : 0;
    say(fmt::format(
        "{} '{}': {}{}", added->updated ? "updated" : "added", added->source.name,
        counted(index ? index->items().size() : 0, "item"),
        broken == 0 ? "" : fmt::format(", {} that cannot be read (berth content check)", counted(broken, "file"))));
  }
  for (const auto& bad : service.broken_sources()) warn(fmt::format("berth: warning: {}", bad.error));
  return 0;
}

int list_sources(const app::ContentService& service, bool json) {
  if (json) {
    Json sources = Json::array();
    for (std::size_t i = 0; i < service.sources().size(); ++i) {
      sources.push_back(source_json(service.sources()[i], service.indexes()[i]));
    }
    Json clashes = Json::array();
    for (const auto& clash : service.clashes()) clashes.push_back(clash_json(clash));
    Json answer = Json::object();
    put_json(
        answer.set("schema", kContentSchema).set("sources", std::move(sources)).set("clashes", std::move(clashes)));
    return 0;
  }
  if (service.sources().empty()) {
    say("no content is registered; berth content add PATH");
    return 0;
  }
  Table table{plain_row({"SOURCE", "ORIGIN", "ITEMS", "FROM"}), {Align::Left, Align::Left, Align::Right}, {}};
  for (std::size_t i = 0; i < service.sources().size(); ++i) {
    const auto& source = service.sources()[i];
    const auto& index = service.indexes()[i];
    table.rows.push_back(plain_row({source.name, std::string(app::origin_text(source.origin)),
                                    index ? std::to_string(index->items().size()) : "-", app::address_of(source)}));
  }
  put(render_table(table, page_of_output()));
  warn_of(service);
  return 0;
}

std::string state_of(const app::ContentService& service, const app::ItemReference& reference) {
  const auto meant = service.look_up(reference.item->kind, reference.item->id);
  if (!meant && meant.error().code() == Errc::InvalidInput) return "clash";
  if (!meant) return "other server";
  if (meant->item != reference.item) return "not chosen";
  return reference.item->deprecated ? "deprecated" : "";
}

int list_items(const app::ContentService& service, const ContentOptions& options) {
  Json items = Json::array();
  Table table{plain_row({"KIND", "ID", "PACK", "LANGUAGE", "COMMANDS", "STATE"}),
              {Align::Left, Align::Left, Align::Left, Align::Left, Align::Right},
              {}};
  for (const auto& reference : service.items()) {
    const auto& item = *reference.item;
    if (!options.source.empty() && reference.source->name != options.source) continue;
    if (options.json) {
      items.push_back(item_json(reference));
      continue;
    }
    table.rows.push_back(
        plain_row({std::string(content::kind_text(item.kind)), item.id, item.pack,
                   std::string(content::language_text(item.language)),
                   item.commands.empty() ? "" : std::to_string(item.commands.size()), state_of(service, reference)}));
  }
  if (options.json) {
    put_json(Json::object().set("schema", kContentSchema).set("items", std::move(items)));
    return 0;
  }
  put(render_table(table, page_of_output()));
  warn_of(service);
  return 0;
}

int list_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto service = app::ContentService::open(surroundings.settings);
  if (!service) return complain(service.error());
  const bool is_known =
      options.source.empty() ||
      std::ranges::find(service->sources(), options.source, &app::ContentSource::name) != service->sources().end();
  if (!is_known) {
    return complain(
        Error(Errc::NotFound, fmt::format("list content '{}': no such source is registered", options.source)));
  }
  return options.all || !options.source.empty() ? list_items(*service, options) : list_sources(*service, options.json);
}

void show_item(const app::ItemReference& reference) {
  const content::IndexedItem& item = *reference.item;
  say(fmt::format("{} {}", content::kind_text(item.kind), item.id));
  if (item.name != item.id) say(fmt::format("  name      {}", item.name));
  say(fmt::format("  source    {}{}", reference.source->name, item.pack.empty() ? "" : ", pack " + item.pack));
  say(fmt::format("  file      {}", reference.yaml().native()));
  say(fmt::format("  language  {}{}", content::language_text(item.language),
                  item.subtype.empty() ? "" : ", " + item.subtype));
  say(fmt::format("  image     {}", item.docker_image.empty() ? "none named" : item.docker_image));
  say(fmt::format("  servers   {}", content::range_text(item)));
  if (item.deprecated) say("  it is deprecated");
  if (item.kind != content::ItemKind::Integration) return;
  say("  commands");
  for (const auto& command : item.commands) {
    say(fmt::format("    {}{}", command.name,
                    command.deprecated ? "  (deprecated)"
                    : command.hidden   ? "  (hidden)"
                                       : ""));
  }
  for (const std::string& name : content::implied_commands(item.flags)) say(fmt::format("    {}", name));
}

int show_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto service = app::ContentService::open(surroundings.settings);
  if (!service) return complain(service.error());
  const auto found = service->look_up(options.name);
  if (!found) return complain(found.error());
  if (options.json) {
    Json json = Json::object();
    put_json(json.set("schema", kContentSchema).set("item", item_json(*found)));
  } else {
    show_item(*found);
  }
  return 0;
}

void put_report(const app::CheckReport& report) {
  for (const auto& finding : report.findings) {
    const std::string place = finding.line > 0 ? fmt::format(":{}", finding.line) : std::string();
    const std::string key = finding.key.empty() ? std::string() : fmt::format("key '{}': ", finding.key);
    say(fmt::format("{}{}: {}: {}{} [{}]", finding.file.native(), place, finding.stops ? "error" : "warning", key,
                    finding.reason, finding.rule));
  }
  const bool is_engines = !report.storage.starts_with('/');
  say(fmt::format("{}, {} cannot run{}", counted(report.items, "item"), report.stopped,
                  is_engines ? fmt::format(" with the images of {}", report.storage) : ""));
  for (const auto& one : report.not_looked_up) {
    warn(fmt::format("not looked up: {} for '{}': {}", one.rule, one.image, one.reason));
  }
}

int check_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto service = app::ContentService::open(surroundings.settings);
  if (!service) return complain(service.error());
  app::CheckOptions asked = options.check;
  if (options.registry) {
    auto ask = app::ask_registries(surroundings.settings);
    if (!ask) return complain(ask.error());
    asked.ask_registry = *std::move(ask);
  }
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return complain(settings.error());
  const auto report = app::check_content(*service, *settings, asked);
  if (!report) return complain(report.error());
  if (options.format == "sarif") {
    put_json(check_sarif(*report, *service));
  } else if (options.format == "json" || options.json) {
    put_json(check_json(*report));
  } else {
    put_report(*report);
  }
  return report->stopped == 0 ? 0 : kFoundExit;
}

int set_image_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto answer = app::set_item_image(surroundings.settings, options.image);
  if (!answer) return complain(answer.error());
  for (const std::string& note : answer->notes) warn(fmt::format("berth: note: {}", note));
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kContentSchema).set("item", answer->item).set("file", to_valid_utf8(answer->file.native()));
    json.set("key", answer->key).set("before", answer->before).set("after", answer->after);
    put_json(json.set("changed", answer->changed));
  } else if (answer->changed) {
    say(fmt::format("{}: {}: {} -> {}", answer->file.native(), answer->key,
                    answer->before.empty() ? "none" : answer->before, answer->after));
  } else {
    say(fmt::format("{}: {} is {} already", answer->file.native(), answer->key, answer->after));
  }
  return 0;
}

int remove_command(const ContentOptions& options, const Surroundings& surroundings) {
  const auto removed = app::remove_content_source(surroundings.settings, options.name);
  if (!removed) return complain(removed.error());
  if (options.json) {
    put_json(Json::object().set("schema", kContentSchema).set("removed", removed->name));
  } else {
    say(fmt::format("removed '{}'", removed->name));
  }
  return 0;
}

using Action = int (*)(const ContentOptions&, const Surroundings&);

// A subcommand whose options belong to its action.
std::pair<CLI::App*, std::shared_ptr<ContentOptions>> add_verb(CLI::App& content, Choice& choice, const char* name,
                                                               const char* help, Action action) {
  auto options = std::make_shared<ContentOptions>();
  CLI::App& verb = *content.add_subcommand(name, help);
  verb.add_flag("--json", options->json, "the answer as JSON");
  verb.callback([&choice, options, action] {
    choice.run = [options, action](const Surroundings& surroundings) { return action(*options, surroundings); };
  });
  return {&verb, options};
}

}  // namespace

void add_content(CLI::App& program, Choice& choice) {
  CLI::App& content = *program.add_subcommand("content", "register content, and look at it");
  content.require_subcommand(1);
  const auto [add, add_options] =
      add_verb(content, choice, "add", "register a folder, an item, an archive or a repository", add_command);
  add->add_option("origin", add_options->origin, "folder, item, .zip, or what git can clone")
      ->required()
      ->type_name("PATH|URL|ZIP");
  add->add_option("--name", add_options->name, "name of the source; made from the origin when not given")
      ->type_name("NAME");
  const auto [list, list_options] =
      add_verb(content, choice, "list", "list sources, or the items of one", list_command);
  list->add_option("source", list_options->source, "list the items of this source")->type_name("SOURCE");
  list->add_flag("--all", list_options->all, "list the items of all sources");
  const auto [show, show_options] = add_verb(content, choice, "show", "show what a name means", show_command);
  show->add_option("name", show_options->name, "id or name of an item, or SOURCE/NAME")->required()->type_name("NAME");
  const auto [check, check_options] = add_verb(content, choice, "check", "report items that cannot run", check_command);
  check->add_option("source", check_options->check.sources, "check these sources; all when none is named")
      ->type_name("SOURCE");
  check->add_option("--format", check_options->format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}))
      ->type_name("FORMAT");
  check
      ->add_option("--deprecated-images", check_options->check.deprecated_images,
                   "a list of deprecated images, as image repositories keep it (JSON)")
      ->type_name("FILE");
  check
      ->add_option("--engine", check_options->engine,
                   "whose images are looked at: native (Berth's storage), docker or "
                   "podman")
      ->type_name("ENGINE");
  check->add_flag("--registry", check_options->registry, "ask registries about images that are not here");
  const auto [set_image, set_image_options] =
      add_verb(content, choice, "set-image", "write an item's image into its YAML", set_image_command);
  set_image->add_option("item", set_image_options->image.item, "id or name of an item, or its path")
      ->required()
      ->type_name("ITEM");
  const auto reference = set_image->add_option("image", set_image_options->image.image, "the image")->type_name("REF");
  const auto python =
      set_image->add_option("--python", set_image_options->image.python, "the newest image for Python 2 or 3")
          ->check(CLI::IsMember({"2", "3"}))
          ->type_name("2|3");
  python->excludes(reference);
  const auto [remove, remove_options] =
      add_verb(content, choice, "remove", "take a source out of the list", remove_command);
  remove->add_option("name", remove_options->name, "name of the source")->required()->type_name("SOURCE");
}

}  // namespace berth::cli
