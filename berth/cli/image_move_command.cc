#include "berth/cli/image_move_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <set>

#include "berth/app/image_moves.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/step_lines.h"
#include "berth/cli/table.h"
#include "berth/cli/terminal.h"
#include "berth/engine/outcome.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

struct PullCommand {
  std::string name;
  bool json = false;
};
struct PushCommand {
  std::string name;
  std::string destination;
  bool json = false;
};
struct SaveCommand {
  std::string file;
  std::vector<std::string> names;
  bool json = false;
};
struct LoadCommand {
  std::string file;
  std::string name;
  bool trusts_local = false;
  bool json = false;
};
struct UpdateCommand {
  std::vector<std::string> names;
  bool all = false;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }
void put_json(const Json& json) { put(print_json_pretty(json) + "\n"); }

// Each once, however many images it is said of. As JSON, for answers that have them.
Json warn(const std::vector<std::string>& warnings) {
  Json list = Json::array();
  std::set<std::string> said;
  for (const std::string& warning : warnings) {
    if (!said.insert(warning).second) continue;
    std::fputs(fmt::format("berth: warning: {}\n", to_visible(warning, false)).c_str(), stderr);
    list.push_back(to_valid_utf8(warning));
  }
  return list;
}

int pull(const PullCommand& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto pulled = app::pull_image(surroundings.settings, options.name, steps.taker());
  steps.done();
  if (!pulled) return complain(pulled.error());
  const std::string name = image::to_string(pulled->reference);
  Json warnings = warn(pulled->warnings);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", name).set("digest", pulled->digest).set("id", pulled->id);
    json.set("changed", pulled->changed).set("fetched_bytes", pulled->fetched_bytes);
    put_json(json.set("warnings", std::move(warnings)));
  } else {
    put(fmt::format("{} {}\n  {}\n  {}\n", pulled->changed ? "pulled" : "kept", name, pulled->digest,
                    pulled->changed ? engine::bytes_text(pulled->fetched_bytes) + " fetched"
                                    : std::string("it was here, and nothing was fetched")));
  }
  return 0;
}

int push(const PushCommand& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto pushed = app::push_image(surroundings.settings, options.name, options.destination, steps.taker());
  steps.done();
  if (!pushed) return complain(pushed.error());
  const std::string name = image::to_string(pushed->reference);
  Json warnings = warn(pushed->warnings);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", name).set("digest", pushed->digest).set("changed", pushed->changed);
    json.set("sent_bytes", pushed->sent_bytes).set("keeps_digest", pushed->keeps_digest);
    put_json(json.set("warnings", std::move(warnings)));
    return 0;
  }
  put(fmt::format("{} {}\n  {}\n  {}\n", pushed->changed ? "pushed" : "kept", name, pushed->digest,
                  pushed->changed ? engine::bytes_text(pushed->sent_bytes) + " sent"
                                  : std::string("the registry had it under this tag, and nothing was sent")));
  if (!pushed->keeps_digest) {
    put("  its layers were packed anew: the digest is another than on this machine, the content the same\n");
  }
  return 0;
}

int update(const UpdateCommand& options, const Surroundings& surroundings) {
  if (options.all != options.names.empty()) {
    return complain(Error(Errc::InvalidInput, "update images: name them, or give --all"));
  }
  StepLines steps;
  const auto results = app::update_images(surroundings.settings, options.names, steps.taker());
  steps.done();
  if (!results) return complain(results.error());
  bool failed = false;
  std::vector<std::string> warnings;
  Table table{plain_row({"IMAGE", "RESULT", "DIGEST"}), {}, {}};
  for (const image::UpdateResult& result : *results) {
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    failed = failed || result.state == image::UpdateState::Failed;
    table.rows.push_back(plain_row(
        {image::to_string(result.reference), std::string(image::to_string(result.state)), app::update_text(result)}));
  }
  Json warned = warn(warnings);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("images", app::update_json(*results));
    put_json(json.set("warnings", std::move(warned)));
  } else if (results->empty()) {
    put("no image of this machine comes from a registry\n");
  } else {
    put(render_table(table, detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  }
  return failed ? kMachineExit : 0;
}

int save(const SaveCommand& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto saved = app::save_images(surroundings.settings, options.names, options.file, steps.taker());
  steps.done();
  if (!saved) return complain(saved.error());
  Json list = Json::array();
  std::vector<std::string> warnings;
  for (const image::SavedImage& image : *saved) {
    const std::string name = image::to_string(image.reference);
    if (!options.json) {
      put(fmt::format("saved {}\n  {}{}\n", name, image.digest,
                      image.keeps_digest ? "" : "; its layers were packed anew, the digest is another than here"));
    }
    Json one = Json::object();
    one.set("image", name).set("digest", image.digest).set("keeps_digest", image.keeps_digest);
    one.set("keeps_signatures", image.keeps_signatures);
    if (!image.keeps_signatures) warnings.push_back(image::lost_signatures_text(name));
    warnings.insert(warnings.end(), image.warnings.begin(), image.warnings.end());
    list.push_back(std::move(one));
  }
  Json warned = warn(warnings);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("images", std::move(list));
    put_json(json.set("warnings", std::move(warned)));
  }
  return 0;
}

int load(const LoadCommand& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto loaded =
      app::load_images(surroundings.settings, options.file, options.name, options.trusts_local, steps.taker());
  steps.done();
  if (!loaded) return complain(loaded.error());
  Json list = Json::array();
  for (const image::Pulled& image : *loaded) {
    const std::string name = image::to_string(image.reference);
    if (!options.json) put(fmt::format("{} {}\n  {}\n", image.changed ? "loaded" : "kept", name, image.digest));
    Json one = Json::object();
    list.push_back(one.set("image", name).set("digest", image.digest).set("changed", image.changed));
  }
  if (options.json) put_json(Json::object().set("schema", kSchema).set("images", std::move(list)));
  return 0;
}

template <class Options, class Run>
void on_chosen(CLI::App& command, Choice& choice, const std::shared_ptr<Options>& options, Run run) {
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, run] {
    choice.makes_mounts = true;  // the tool unpacks layers with their owners
    choice.run = [options, run](const Surroundings& surroundings) {
      return with_interrupts([&](int) { return run(*options, surroundings); });
    };
  });
}

}  // namespace

void add_image_moves(CLI::App& image, Choice& choice) {
  {
    const auto options = std::make_shared<PullCommand>();
    CLI::App& command = *image.add_subcommand("pull", "fetch an image from its registry");
    command.add_option("NAME", options->name, "[REGISTRY/]NAME[:TAG][@DIGEST]; without a tag the newest")->required();
    on_chosen(command, choice, options, pull);
  }
  {
    const auto options = std::make_shared<PushCommand>();
    CLI::App& command = *image.add_subcommand("push", "send an image to a registry, under a tag that is free there");
    command.add_option("NAME", options->name, "an image of this machine")->required();
    command.add_option("DESTINATION", options->destination,
                       "REGISTRY/NAME:TAG; left out: its own name, which must be that of a registry");
    on_chosen(command, choice, options, push);
  }
  {
    const auto options = std::make_shared<UpdateCommand>();
    CLI::App& command = *image.add_subcommand("update", "bring images to the state that their registries have");
    command.add_option("NAME", options->names, "images; without a tag all their tags that are here");
    command.add_flag("--all", options->all, "every image that comes from a registry");
    on_chosen(command, choice, options, update);
  }
  {
    const auto options = std::make_shared<SaveCommand>();
    CLI::App& command = *image.add_subcommand("save", "write images into one file (an OCI archive)");
    command.add_option("FILE", options->file, "the new file")->required();
    command.add_option("NAME", options->names, "images of this machine")->required();
    on_chosen(command, choice, options, save);
  }
  {
    const auto options = std::make_shared<LoadCommand>();
    CLI::App& command = *image.add_subcommand("load", "read the images of an OCI archive");
    command.add_option("FILE", options->file, "the archive")->required();
    command.add_option("--name", options->name, "what to call the one image in it")->type_name("NAME:TAG");
    command.add_flag("--trust-local", options->trusts_local,
                     "images that the file calls localhost/... count as created on this machine");
    on_chosen(command, choice, options, load);
  }
}

}  // namespace berth::cli
