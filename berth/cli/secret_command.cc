#include "berth/cli/secret_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "berth/app/state_places.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/store/rekey.h"

namespace berth::cli {
namespace {

constexpr int kSchema = 1;

struct SecretOptions {
  bool json = false;
};

void say(const std::string& line) { std::fputs((to_visible(line, false) + "\n").c_str(), stdout); }

void say_json(const Json& json) { std::fputs((print_json_pretty(json) + "\n").c_str(), stdout); }

Result<void> rekey(const SecretOptions& options, const server::StatePlaces& places) {
  BERTH_TRY(auto database, store::Database::open(places.database));
  BERTH_TRY(const store::Rekeyed done, store::rekey(database, places.keys));
  if (options.json) {
    Json json = Json::object();
    json.set("schema", kSchema).set("old_key", done.old_key_id).set("new_key", done.new_key_id);
    say_json(json.set("secrets", done.secrets));
    return {};
  }
  say(fmt::format("{} secrets are sealed with key {} now; key {} is gone", done.secrets, done.new_key_id,
                  done.old_key_id));
  return {};
}

Result<void> show_status(const SecretOptions& options, const server::StatePlaces& places) {
  BERTH_TRY(auto database, store::Database::open(places.database));
  BERTH_TRY(const store::SecretStatus status, store::secret_status(database, places.keys));
  if (options.json) {
    const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
    Json json = Json::object();
    json.set("schema", kSchema).set("key", text(status.key_id)).set("key_file", text(status.key_source));
    json.set("secrets", status.secrets);
    say_json(json.set("sealed_with_other_keys", status.sealed_with_other_keys));
    return {};
  }
  if (status.key_id.empty()) {
    say("no key yet: the first secret that is stored makes one");
    return {};
  }
  say(fmt::format("key {}  {}", status.key_id,
                  status.key_source.empty() ? "is not here: see docs/state.md" : "in " + status.key_source));
  say(fmt::format("{} secrets are sealed with it", status.secrets - status.sealed_with_other_keys));
  if (status.sealed_with_other_keys > 0) say(fmt::format("{} with another key", status.sealed_with_other_keys));
  return {};
}

using Action = Result<void> (*)(const SecretOptions&, const server::StatePlaces&);

void add_action(CLI::App& secret, Choice& choice, const char* name, const char* description, Action action) {
  auto options = std::make_shared<SecretOptions>();
  CLI::App& command = *secret.add_subcommand(name, description);
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, action] {
    choice.run = [options, action](const Surroundings& surroundings) {
      const auto done = action(*options, app::state_places(surroundings.settings));
      return done ? 0 : complain(done.error());
    };
  });
}

}  // namespace

void add_secret(CLI::App& program, Choice& choice) {
  CLI::App& secret = *program.add_subcommand("secret", "look at and change the key of the stored secrets");
  secret.require_subcommand(1);
  add_action(secret, choice, "rekey", "make a new key, and seal all stored secrets with it", rekey);
  add_action(secret, choice, "status", "which key is used, and for how many secrets", show_status);
}

}  // namespace berth::cli
