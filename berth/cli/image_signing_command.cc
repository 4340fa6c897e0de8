#include "berth/cli/image_signing_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "berth/app/image_signing.h"
#include "berth/base/json.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/step_lines.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

struct SigningOptions {
  std::string name;
  std::string key;
  bool json = false;
};

void put(const std::string& text) { std::fputs(text.c_str(), stdout); }

int sign(const SigningOptions& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto made = app::sign_image(surroundings.settings, options.name, options.key, steps.taker());
  steps.done();
  if (!made) return complain(made.error());
  const std::string name = image::to_string(made->reference);
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", name).set("digest", made->digest).set("tag", made->tag);
    put(print_json_pretty(json.set("key", made->key).set("changed", made->changed)) + "\n");
    return 0;
  }
  put(fmt::format("{} {}\n  {}\n  by the key {}\n  {}\n", made->changed ? "signed" : "kept", name, made->digest,
                  made->key,
                  made->changed ? fmt::format("under the tag '{}'", made->tag)
                                : std::string("this key had signed it, and nothing was sent")));
  return 0;
}

int verify(const SigningOptions& options, const Surroundings& surroundings) {
  StepLines steps;
  const auto verified = app::verify_image(surroundings.settings, options.name, options.key, steps.taker());
  steps.done();
  if (!verified) return complain(verified.error());
  const std::string name = image::to_string(verified->reference);
  const image::VerifiedSignature& signature = verified->signature;
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("image", name).set("digest", verified->digest);
    json.set("signed", signature.signed_digest).set("repository", signature.repository);
    put(print_json_pretty(json.set("key", signature.key).set("here", verified->is_here)) + "\n");
    return 0;
  }
  put(fmt::format("verified {}\n  {}{}\n  signed by the key {}\n  {}\n", name, verified->digest,
                  signature.signed_digest == verified->digest ? "" : ", by its index " + signature.signed_digest,
                  signature.key,
                  verified->is_here ? "the image of this machine" : "what the registry has; it is not here"));
  return 0;
}

template <class Run>
CLI::App& add(CLI::App& image, Choice& choice, const char* name, const char* what, Run run) {
  const auto options = std::make_shared<SigningOptions>();
  CLI::App& command = *image.add_subcommand(name, what);
  command.add_option("NAME", options->name, "REGISTRY/NAME:TAG or NAME@DIGEST")->required();
  command.add_option("--key", options->key, "PEM file of the key")->type_name("FILE");
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, run] {
    choice.run = [options, run](const Surroundings& surroundings) {
      return with_interrupts([&](int) { return run(*options, surroundings); });
    };
  });
  return command;
}

}  // namespace

void add_image_signing(CLI::App& image, Choice& choice) {
  add(image, choice, "sign", "sign an image of a registry, with a private key that has no passphrase", sign)
      .get_option("--key")
      ->required();
  add(image, choice, "verify", "look for an image's signature: by a public key, or by what images.trusted asks for",
      verify);
}

}  // namespace berth::cli
