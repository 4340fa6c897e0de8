#include "berth/cli/image_view_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "berth/app/image_json.h"
#include "berth/app/image_view.h"
#include "berth/base/utf8.h"
#include "berth/cli/common_options.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

struct ViewOptions {
  std::string name;
  std::string engine;
  std::string other;
  bool packages = false;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }
void say(const std::string& line) { put(to_visible(line, false) + "\n"); }
void put_json(Json json) { put(print_json_pretty(json.set("schema", app::kImagesSchema)) + "\n"); }

Page page_of_output() { return detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page(); }

Row row_of(const std::vector<std::string>& cells) {
  std::vector<std::string> shown;
  for (const std::string& cell : cells) shown.push_back(to_visible(cell, false));
  return plain_row(shown);
}

void line(std::string_view name, const std::string& value) {
  if (!value.empty()) say(fmt::format("  {:<13} {}", name, value));
}

void show_packages(const image::Inventory& inventory) {
  Table table{plain_row({"KIND", "NAME", "VERSION", "FROM"}), {}, {}};
  for (const auto& package : inventory.packages) {
    table.rows.push_back(row_of({std::string(image::format_text(package.format)), package.name, package.version,
                                 package.source == package.name ? "" : package.source}));
  }
  for (const auto& one : inventory.python) {
    table.rows.push_back(row_of({one.is_installed ? "Python" : "Python, carried along", one.name, one.version,
                                 one.owner.empty() ? one.installer : one.owner}));
  }
  put(render_table(table, page_of_output()));
}

// The images of the engine that `options` name, or of the settings'.
Result<app::ImageView> view_of(const ViewOptions& options, const Surroundings& surroundings, bool with_history) {
  BERTH_TRY(const app::Settings settings, settings_with_engine(surroundings.settings, options));
  return app::view_image(settings, options.name, with_history);
}

int show(const ViewOptions& options, const Surroundings& surroundings) {
  const auto view = view_of(options, surroundings, false);
  if (!view) return complain(view.error());
  if (options.json) {
    put_json(app::view_json(*view));
    return 0;
  }
  const image::LocalImage& image = view->image;
  const image::Inventory& inventory = view->inventory;
  say(view->title());
  for (std::size_t i = 1; i < image.names.size(); ++i) line("also named", image::to_string(image.names[i]));
  line("id", image.id);
  line("digest", image.digest);
  line("storage", view->storage);
  line("created", image.created);
  line("size", fmt::format("{} in {} layer{}", engine::bytes_text(view->size_bytes()), view->layers,
                           view->layers == 1 ? "" : "s"));
  line("distribution", inventory.os.name);
  line("architecture", view->history.architecture);
  line("user", image.config.user.empty() ? "root" : image.config.user);
  line("workdir", image.config.workdir);
  line("entrypoint", fmt::format("{}", fmt::join(image.config.entrypoint, " ")));
  line("command", fmt::format("{}", fmt::join(image.config.cmd, " ")));
  for (const auto& one : inventory.interpreters) line("python", fmt::format("{} ({})", one.version, one.path));
  const auto installed = std::ranges::count(inventory.python, true, &image::PythonDistribution::is_installed);
  if (view->has_inventory) {
    line("packages", fmt::format("{} of the distribution, {} of Python (--packages lists them)",
                                 inventory.packages.size(), installed));
  }
  for (const auto& [name, value] : image.config.labels) line("label", fmt::format("{}={}", name, value));
  for (const auto& one : inventory.unread) line("not read", fmt::format("{}: {}", one.what, one.why));
  if (options.packages) show_packages(inventory);
  return 0;
}

int inspect(const ViewOptions& options, const Surroundings& surroundings) {
  const auto view = view_of(options, surroundings, false);
  if (!view) return complain(view.error());
  put_json(app::view_json(*view));
  return 0;
}

int history(const ViewOptions& options, const Surroundings& surroundings) {
  const auto view = view_of(options, surroundings, true);
  if (!view) return complain(view.error());
  Json steps = Json::array();
  Table table{plain_row({"CREATED", "SIZE", "MADE BY", "COMMENT"}), {Align::Left, Align::Right}, {}};
  // The config tells the oldest first, and a step without files has no layer.
  std::size_t layer = view->layer_bytes.size();
  for (const image::HistoryStep& step : view->history.steps) {
    const bool has_size = step.has_layer && layer > 0;
    const std::uint64_t bytes = has_size ? view->layer_bytes[--layer] : 0;
    Json json = Json::object();
    json.set("created", step.created).set("created_by", to_valid_utf8(step.created_by));
    json.set("comment", to_valid_utf8(step.comment)).set("size_bytes", has_size ? Json(bytes) : Json());
    steps.push_back(std::move(json));
    table.rows.insert(table.rows.begin(),
                      row_of({step.created.substr(0, 19), has_size ? engine::bytes_text(bytes) : "-", step.created_by,
                              step.comment}));
  }
  if (options.json) {
    Json json = Json::object();
    put_json(json.set("image", view->title()).set("storage", view->storage).set("steps", std::move(steps)));
  } else if (table.rows.empty()) {
    say("its config tells no history");
  } else {
    put(render_table(table, page_of_output()));
    if (!view->has_inventory) say(fmt::format("of {}, as it tells it", view->storage));
  }
  return 0;
}

void add_changes(Table& table, std::string_view kind, const std::vector<image::Change>& changes) {
  for (const image::Change& change : changes) {
    const std::string_view what = change.before.empty() ? "added" : change.after.empty() ? "removed" : "changed";
    table.rows.push_back(row_of({std::string(kind), std::string(what), change.name, change.before, change.after}));
  }
}

int diff(const ViewOptions& options, const Surroundings& surroundings) {
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return complain(settings.error());
  const auto comparison = app::compare_images(*settings, options.name, options.other);
  if (!comparison) return complain(comparison.error());
  if (options.json) {
    put_json(app::comparison_json(*comparison));
    return 0;
  }
  const auto& [before, after, changes] = *comparison;
  say(fmt::format("{} -> {}", before.title(), after.title()));
  const auto bytes_before = before.size_bytes();
  const auto bytes_after = after.size_bytes();
  say(fmt::format("size {} -> {} ({}{})", engine::bytes_text(bytes_before), engine::bytes_text(bytes_after),
                  bytes_after < bytes_before ? "-" : "+",
                  engine::bytes_text(std::max(bytes_before, bytes_after) - std::min(bytes_before, bytes_after))));
  for (const auto* view : {&before, &after}) {
    for (const auto& one : view->inventory.unread) {
      say(fmt::format("not read in {}: {}: {}", view->title(), one.what, one.why));
    }
  }
  if (changes.is_empty()) {
    const bool is_known = before.has_inventory && after.has_inventory;
    say(is_known ? "the same is installed, with the same configuration" : "the configuration is the same");
    return 0;
  }
  Table table{plain_row({"KIND", "CHANGE", "NAME", "BEFORE", "AFTER"}), {}, {}};
  add_changes(table, "system", changes.os);
  add_changes(table, "interpreter", changes.interpreters);
  add_changes(table, "package", changes.packages);
  add_changes(table, "Python", changes.python);
  add_changes(table, "config", changes.configuration);
  put(render_table(table, page_of_output()));
  return 0;
}

int which(const ViewOptions& options, const Surroundings& surroundings) {
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return complain(settings.error());
  const auto answer = app::which_image(*settings, options.name);
  if (!answer) return complain(answer.error());
  if (options.json) {
    Json json = Json::object();
    json.set("item", answer->item).set("written", answer->written).set("image", answer->used);
    put_json(json.set("digest", answer->digest).set("storage", answer->storage).set("reason", answer->reason));
    return 0;
  }
  say(answer->used);
  line("digest", answer->digest);
  line("storage", answer->storage);
  line("because", answer->reason);
  return 0;
}

using Action = int (*)(const ViewOptions&, const Surroundings&);

std::pair<CLI::App*, std::shared_ptr<ViewOptions>> add_verb(CLI::App& image, Choice& choice, const char* name,
                                                            const char* help, Action action) {
  auto options = std::make_shared<ViewOptions>();
  CLI::App& verb = *image.add_subcommand(name, help);
  verb.add_option("--engine", options->engine, "whose images: native (Berth's storage), docker or podman")
      ->type_name("ENGINE");
  verb.callback([&choice, options, action] {
    choice.makes_mounts = true;  // layers of an ordinary user are read as their root
    choice.run = [options, action](const Surroundings& surroundings) { return action(*options, surroundings); };
  });
  return {&verb, options};
}

void add_image_name(CLI::App& verb, ViewOptions& options) {
  verb.add_option("image", options.name, "an image: its name, or the beginning of its id")
      ->required()
      ->type_name("IMAGE");
}

}  // namespace

void add_image_views(CLI::App& image, Choice& choice) {
  const auto [show_verb, show_options] = add_verb(image, choice, "show", "show what an image is and has", show);
  add_image_name(*show_verb, *show_options);
  show_verb->add_flag("--packages", show_options->packages, "list what is installed in it");
  show_verb->add_flag("--json", show_options->json, "the answer as JSON");
  const auto [inspect_verb, inspect_options] =
      add_verb(image, choice, "inspect", "all that is known of an image, as JSON", inspect);
  add_image_name(*inspect_verb, *inspect_options);
  const auto [history_verb, history_options] =
      add_verb(image, choice, "history", "show how an image was made, the newest step first", history);
  add_image_name(*history_verb, *history_options);
  history_verb->add_flag("--json", history_options->json, "the answer as JSON, the oldest step first");
  const auto [diff_verb, diff_options] = add_verb(image, choice, "diff", "show in what two images differ", diff);
  diff_verb->add_option("A", diff_options->name, "an image")->required()->type_name("IMAGE");
  diff_verb->add_option("B", diff_options->other, "another")->required()->type_name("IMAGE");
  diff_verb->add_flag("--json", diff_options->json, "the answer as JSON");
  const auto [which_verb, which_options] =
      add_verb(image, choice, "which", "show the image that an item would run in, and why", which);
  which_verb->add_option("item", which_options->name, "id or name of an item, or its path")
      ->required()
      ->type_name("ITEM");
  which_verb->add_flag("--json", which_options->json, "the answer as JSON");
}

}  // namespace berth::cli
