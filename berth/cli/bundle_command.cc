#include "berth/cli/bundle_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "berth/app/bundle.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/step_lines.h"
#include "berth/image/archive.h"
#include "berth/image/image_lock.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

struct BundleOptions {
  std::string file;
  std::vector<std::string> images;
  std::vector<std::string> content;
  std::string name;
  std::string digest;
  bool replaces = false;
  bool trusts_local = false;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

Json bundle_json(const app::Bundle& bundle) {
  Json images = Json::array();
  for (const app::BundledImage& image : bundle.images) {
    Json one = Json::object();
    one.set("image", image.name).set("digest", image.digest);
    one.set("keeps_digest", image.keeps_digest).set("keeps_signatures", image.keeps_signatures);
    images.push_back(std::move(one));
  }
  Json packs = Json::array();
  for (const std::string& pack : bundle.packs) packs.push_back(pack);
  Json json = Json::object();
  json.set("schema", kSchema).set("digest", bundle.digest).set("packs", std::move(packs));
  return json.set("has_lock", bundle.has_lock).set("images", std::move(images));
}

Json json_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(to_valid_utf8(text));
  return list;
}

void show(std::string_view verb, const app::Bundle& bundle, const BundleOptions& options) {
  std::vector<std::string> warnings = bundle.warnings;
  for (const app::BundledImage& image : bundle.images) {
    if (!image.keeps_signatures) warnings.push_back(image::lost_signatures_text(image.name));
  }
  for (const std::string& warning : warnings) {
    std::fputs(fmt::format("berth: warning: {}\n", to_visible(warning, false)).c_str(), stderr);
  }
  if (options.json) {
    Json json = bundle_json(bundle);
    json.set("warnings", json_of(warnings)).set("notes", json_of(bundle.notes));
    return put(print_json_pretty(json) + "\n");
  }
  put(fmt::format("{} {}\n  {}\n", verb, options.file, bundle.digest));
  for (const std::string& pack : bundle.packs) put(fmt::format("  pack {}\n", to_visible(pack, false)));
  if (bundle.has_lock) put(fmt::format("  {}, which pins the images of the packs\n", image::kLockFile));
  for (const app::BundledImage& image : bundle.images) {
    put(fmt::format("  image {}\n    {}{}\n", to_visible(image.name, false), to_visible(image.digest, false),
                    image.keeps_digest ? "" : "; its layers were packed anew, the digest is another than here"));
  }
  for (const std::string& note : bundle.notes) put(fmt::format("  note: {}\n", to_visible(note, false)));
}

int create(const BundleOptions& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto bundle = app::create_bundle(surroundings.settings, options.file, options.images,
                                         {options.content.begin(), options.content.end()}, steps.taker());
  steps.done();
  if (!bundle) return complain(bundle.error());
  show("created", *bundle, options);
  return 0;
}

int verify(const BundleOptions& options, const Surroundings&) {
  StepLines steps;
  const auto bundle = app::verify_bundle(options.file, steps.taker());
  steps.done();
  if (!bundle) return complain(bundle.error());
  if (const auto same = app::check_bundle_digest(*bundle, options.digest); !same) return complain(same.error());
  show("verified", *bundle, options);
  return 0;
}

int import(const BundleOptions& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto imported = app::import_bundle(surroundings.settings, options.file,
                                           {.source = options.name,
                                            .replaces = options.replaces,
                                            .digest = options.digest,
                                            .trusts_local = options.trusts_local},
                                           steps.taker());
  steps.done();
  if (!imported) return complain(imported.error());
  const auto refused = std::ranges::count(imported->images, image::UpdateState::Failed, &image::UpdateResult::state);
  if (options.json) {
    Json json = bundle_json(imported->bundle);
    json.set("images", app::update_json(imported->images)).set("source", imported->source);
    json.set("replaced", imported->replaced);
    json.set("imported", refused == 0);
    put(print_json_pretty(json) + "\n");
  } else {
    put(fmt::format("{} {}\n  {}\n", refused == 0 ? "imported" : "not imported", options.file,
                    imported->bundle.digest));
    for (const image::UpdateResult& image : imported->images) {
      put(fmt::format("  image {}: {}, {}\n", image::to_string(image.reference), image::to_string(image.state),
                      app::update_text(image)));
    }
    if (!imported->source.empty()) {
      put(fmt::format("  {} packs, as the source of content '{}'\n", imported->bundle.packs.size(), imported->source));
      if (!imported->replaced.empty()) {
        put(fmt::format("    in the place of those of another bundle: {}\n", imported->replaced));
      }
    }
  }
  if (refused == 0) return 0;
  complain(
      Error(Errc::Conflict,
            fmt::format("import bundle '{}': {} of {} images were refused; none of its packs is registered, images "
                        "that were loaded stay; see to what each refusal says, and import it again",
                        options.file, refused, imported->images.size())));
  return kMachineExit;
}

template <class Run>
CLI::App& add(CLI::App& group, Choice& choice, const char* name, const char* about,
              const std::shared_ptr<BundleOptions>& options, Run run) {
  CLI::App& command = *group.add_subcommand(name, about);
  command.add_option("FILE", options->file, "the bundle")->required();
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, run] {
    choice.makes_mounts = true;  // the tool reads and unpacks layers with their owners
    choice.run = [options, run](const Surroundings& surroundings) {
      return with_interrupts([&](int) { return run(*options, surroundings); });
    };
  });
  return command;
}

void add_digest(CLI::App& command, BundleOptions& options) {
  command.add_option("--digest", options.digest, "the digest that it must have, as 'create' has printed it")
      ->type_name("sha256:...");
}

}  // namespace

void add_bundle(CLI::App& program, Choice& choice) {
  CLI::App& group = *program.add_subcommand("bundle", "packs and images in one file, for a site without network");
  group.require_subcommand(1);
  {
    const auto options = std::make_shared<BundleOptions>();
    CLI::App& command = add(group, choice, "create", "write a bundle", options, create);
    command.add_option("--image", options->images, "an image of this machine; may be given again")->type_name("NAME");
    command.add_option("--content", options->content, "a pack, or a tree with Packs; may be given again")
        ->type_name("FOLDER");
  }
  {
    const auto options = std::make_shared<BundleOptions>();
    add_digest(add(group, choice, "verify", "compare a bundle with what it says of itself", options, verify), *options);
  }
  {
    const auto options = std::make_shared<BundleOptions>();
    CLI::App& command =
        add(group, choice, "import", "load the images and register the packs of a bundle", options, import);
    command.add_option("--name", options->name, "the source of content that its packs become; else the file's name")
        ->type_name("SOURCE");
    command.add_flag("--replace", options->replaces,
                     "in the place of another bundle's packs that have the file's name");
    command.add_flag("--trust-local", options->trusts_local,
                     "images that the bundle calls localhost/... count as created on this machine");
    add_digest(command, *options);
  }
}

}  // namespace berth::cli
