// `berth image init`

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "berth/app/image_service.h"
#include "berth/base/json.h"
#include "berth/cli/commands.h"
#include "berth/cli/progress.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

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

}  // namespace berth::cli
