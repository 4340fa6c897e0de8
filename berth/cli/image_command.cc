// `berth image ...`

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "berth/app/image_service.h"
#include "berth/base/json.h"
#include "berth/cli/commands.h"
#include "berth/cli/progress.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

Json image_json(const app::ListedImage& listed) {
  const image::LocalImage& image = listed.image;
  Json names = Json::array();
  for (const image::Reference& name : image.names) names.push_back(image::to_string(name));
  Json json = Json::object();
  json.set("names", std::move(names)).set("id", image.id).set("digest", image.digest);
  return json.set("created", image.created).set("size_bytes", listed.size_bytes);
}

Row row_of(const std::vector<std::string>& cells) {
  Row row;
  for (const std::string& cell : cells) row.emplace_back(cell);
  return row;
}

}  // namespace

int image_init_command(const ImageInitOptions& options, const Surroundings& surroundings) {
  const Terminal terminal = detect_terminal(STDERR_FILENO, ColourChoice::Auto);
  Progress progress(terminal);
  const auto on_step = [&](std::string_view step) {
    // In a pipe the steps are lines: making an image takes a minute, and a log should say what it waits for.
    if (terminal.can_redraw) {
      progress.step(step);
    } else {
      std::fputs(fmt::format("{}\n", step).c_str(), stderr);
    }
  };
  const auto image = app::make_base_image(surroundings.settings, options.recipe, on_step);
  progress.done();
  if (!image) return complain(image.error());
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", image::to_string(image->reference)).set("id", image->id);
    json.set("digest", image->digest).set("size_bytes", image->size_bytes).set("made", image->made);
    put(print_json_pretty(json.set("why", image->why)) + "\n");
  } else {
    put(fmt::format("{} {}\n  {}\n  {}, {}\n", image->made ? "made" : "kept", image::to_string(image->reference),
                    image->digest, engine::bytes_text(image->size_bytes), image->why));
  }
  return 0;
}

int image_list_command(const ImageListOptions& options, const Surroundings& surroundings) {
  const auto images = app::list_images(surroundings.settings);
  if (!images) return complain(images.error());
  if (options.json) {
    Json list = Json::array();
    for (const auto& listed : *images) list.push_back(image_json(listed));
    put(print_json_pretty(Json::object().set("schema", kSchema).set("images", std::move(list))) + "\n");
    return 0;
  }
  Table table{row_of({"IMAGE", "DIGEST", "SIZE", "CREATED"}), {}, {}};
  for (const auto& [image, size_bytes] : *images) {
    for (const auto& name : image.names) {
      table.rows.push_back(row_of({image::to_string(name), image.digest.substr(0, 19), engine::bytes_text(size_bytes),
                                   image.created.substr(0, 19)}));
    }
  }
  put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  return 0;
}

}  // namespace berth::cli
