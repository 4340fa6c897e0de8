#include "berth/cli/image_list_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "berth/app/engine_handover.h"
#include "berth/app/image_json.h"
#include "berth/app/image_list.h"
#include "berth/app/image_moves.h"
#include "berth/app/image_search.h"
#include "berth/base/utf8.h"
#include "berth/cli/common_options.h"
#include "berth/cli/progress.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

struct ListOptions {
  app::ImageListOrder order;
  std::string engine;
  bool newer = false;
  bool refresh = false;
  bool json = false;
};

struct SearchOptions {
  std::string text;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

void warn(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    std::fputs(fmt::format("berth: warning: {}\n", to_visible(line, false)).c_str(), stderr);
  }
}

// Names and labels come with images of strangers.
Row row_of(const std::vector<std::string>& cells) {
  std::vector<std::string> shown;
  for (const std::string& cell : cells) shown.push_back(to_visible(cell, false));
  return plain_row(shown);
}

void put_table(const std::vector<app::ImageRow>& rows) {
  Table table{plain_row({std::begin(app::kImageColumns), std::end(app::kImageColumns)}),
              {Align::Left, Align::Left, Align::Left, Align::Right},
              {}};
  for (const app::ImageRow& row : rows) table.rows.push_back(row_of(app::image_cells(row)));
  put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
}

int list(const ListOptions& options, const Surroundings& surroundings) {
  if (const auto checked = app::check_order(options.order); !checked) return complain(checked.error());
  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  app::ImageListOptions asked;
  asked.with_containers = true;
  const auto settings = settings_with_engine(surroundings.settings, options);
  if (!settings) return complain(settings.error());
  auto engine = app::engine_with_images(*settings);
  if (!engine) return complain(engine.error());
  asked.engine = *std::move(engine);
  asked.on_step = [&](std::string_view step) { progress.step(step); };
  if (options.newer) {
    const auto which = options.refresh ? image::TagQuestions::All : image::TagQuestions::Stale;
    auto find = app::newer_tags_of_registries(surroundings.settings, which);
    if (!find) return complain(find.error());
    asked.find_newer = *std::move(find);
  }
  auto listing = app::list_images(surroundings.settings, asked);
  progress.done();
  if (!listing) return complain(listing.error());
  warn(listing->warnings);
  const bool is_empty = listing->rows.empty();
  const auto rows = app::ordered(std::move(listing->rows), options.order);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", app::kImagesSchema).set("storage", to_valid_utf8(listing->storage));
    put(print_json_pretty(json.set("images", app::images_json(rows))) + "\n");
  } else if (rows.empty()) {
    put(is_empty ? fmt::format("there is no image yet in {}: pull one with 'berth image pull REF', or make the first "
                               "base with 'berth image init'\n",
                               to_visible(listing->storage, false))
                 : "no image is like that\n");
  } else {
    put_table(rows);
    if (asked.engine) put(fmt::format("these are the images of {}, which keeps what is in them\n", listing->storage));
  }
  return 0;
}

int search(const SearchOptions& options, const Surroundings& surroundings) {
  Progress progress(detect_terminal(STDERR_FILENO, ColourChoice::Auto));
  const auto found =
      app::search_images(surroundings.settings, options.text, [&](std::string_view step) { progress.step(step); });
  progress.done();
  if (!found) return complain(found.error());
  warn(found->warnings);
  Json hits = Json::array();
  Table table{plain_row({"IMAGE", "WHERE", "WHAT"}), {}, {}};
  for (const app::ImageHit& hit : found->hits) {
    hits.push_back(Json::object().set("image", hit.image).set("where", hit.where).set("what", hit.what));
    table.rows.push_back(row_of({hit.image, hit.where, hit.what}));
  }
  if (options.json) {
    put(print_json_pretty(Json::object().set("schema", app::kImagesSchema).set("hits", std::move(hits))) + "\n");
  } else if (table.rows.empty()) {
    put("no image of this machine has that\n");
  } else {
    put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return 0;
}

}  // namespace

void add_image_list(CLI::App& image, Choice& choice) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& listing = *image.add_subcommand("list", "list the images of this machine");
  listing.add_option("text", options->order.text, "only those with this in name, digest or base")->type_name("TEXT");
  listing.add_option("--python", options->order.python, "only those with an interpreter of this version, 3 or 3.11")
      ->type_name("VERSION");
  const auto used = listing.add_flag("--used", options->order.used, "only those that something uses");
  listing.add_flag("--unused", options->order.unused, "only those that nothing uses")->excludes(used);
  std::vector<std::string> sorts;
  for (const std::string_view sort : app::image_list_sorts()) sorts.emplace_back(sort);
  listing.add_option("--sort", options->order.sort, "name, size, created, python, packages or used")
      ->check(CLI::IsMember(sorts))
      ->type_name("KEY");
  listing.add_flag("--reverse", options->order.reverse, "the other way round");
  const auto newer = listing.add_flag("--newer", options->newer, "ask the registries for newer tags");
  listing.add_flag("--refresh", options->refresh, "with --newer: also those that were asked in the last minute")
      ->needs(newer);
  listing.add_option("--engine", options->engine, "whose images: native (Berth's storage), docker or podman")
      ->type_name("ENGINE");
  listing.add_flag("--json", options->json, "the list as JSON");
  listing.callback([&choice, options] {
    choice.makes_mounts = true;  // layers of an ordinary user are read as their root
    choice.run = [options](const Surroundings& surroundings) { return list(*options, surroundings); };
  });

  const auto wanted = std::make_shared<SearchOptions>();
  CLI::App& searching = *image.add_subcommand("search", "find images by name, label or what is installed in them");
  searching.add_option("text", wanted->text, "a part of a name, a label or a package")->required()->type_name("TEXT");
  searching.add_flag("--json", wanted->json, "the answer as JSON");
  searching.callback([&choice, wanted] {
    choice.makes_mounts = true;
    choice.run = [wanted](const Surroundings& surroundings) { return search(*wanted, surroundings); };
  });
}

}  // namespace berth::cli
