#include "berth/cli/image_check_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "berth/app/image_check.h"
#include "berth/app/image_json.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/step_lines.h"

namespace berth::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> names;
  bool json = false;
};

void say(const std::string& line) { std::fputs((to_visible(line, false) + "\n").c_str(), stdout); }

Json list_json(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(to_valid_utf8(text));
  return list;
}

int check(const CheckOptions& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto checked = app::check_images(surroundings.settings, options.names, steps.taker());
  steps.done();
  if (!checked) return complain(checked.error());
  Json images = Json::array();
  int status = 0;
  for (const app::CheckedImage& image : *checked) {
    const bool is_whole = image.problems.empty();
    Json json = Json::object();
    json.set("id", image.id).set("names", list_json(image.names)).set("layers", image.layers).set("whole", is_whole);
    json.set("problems", list_json(image.problems)).set("not_checked", list_json(image.not_checked));
    images.push_back(json.set("removed_with", list_json(image.removed_with)));
    if (!options.json) {
      say(fmt::format("{} {}", is_whole ? "whole" : "damaged", image.title()));
      for (const std::string& problem : image.problems) say("  " + problem);
      for (const std::string& remark : image.not_checked) say("  not compared: " + remark);
    }
    if (!is_whole) {
      status = complain(Error(Errc::Corrupt, fmt::format("the image '{}' is damaged: {}; {}", image.title(),
                                                         image.problems.front(), app::remedy_of(image))));
    }
  }
  if (options.json) {
    Json json = Json::object();
    json.set("schema", app::kImagesSchema).set("images", std::move(images));
    std::fputs((print_json_pretty(json) + "\n").c_str(), stdout);
  } else if (checked->empty()) {
    say("there is no image here");
  }
  return status;
}

}  // namespace

void add_image_check(CLI::App& image, Choice& choice) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App& command = *image.add_subcommand("check", "compare what images consist of with the digests that it had");
  command.add_option("image", options->names, "names, or ids; all without one")->type_name("IMAGE");
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options] {
    choice.makes_mounts = true;  // layers of an ordinary user are read as their root
    choice.run = [options](const Surroundings& surroundings) {
      return with_interrupts([&](int) { return check(*options, surroundings); });
    };
  });
}

}  // namespace berth::cli
