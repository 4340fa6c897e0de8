// What the commands about lasting things share.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "berth/app/scene.h"
#include "berth/base/json.h"
#include "berth/cli/answer_view.h"
#include "berth/cli/choice.h"

namespace berth::cli {

constexpr int kStateSchema = 1;  // of what these commands answer with --json

inline void put_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
inline void put_json(Json json) {
  Json whole = Json::object();
  whole.set("schema", kStateSchema);
  for (auto& [name, value] : *json.as_object()) whole.set(name, std::move(value));
  put_text(print_json_pretty(whole) + "\n");
}

// Has `command` do `act` with its options in a scene. An error of it is shown, as JSON too where options->json says so.
template <class Options>
void on_chosen(CLI::App& command, Choice& choice, const std::shared_ptr<Options>& options,
               Result<void> (*act)(const Options&, app::Scene&)) {
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&choice, options, act] {
    choice.run = [options, act](const Surroundings& surroundings) {
      app::Scene scene(surroundings.settings);
      const auto done = act(*options, scene);
      return done ? 0 : refuse(done.error(), input_exit_code(done.error()), options->json);
    };
  });
}

}  // namespace berth::cli
