// From the text of `berth run`'s options to a request: files and standard input are read here, and only here.
#pragma once

#include <string_view>

#include "berth/app/call_service.h"
#include "berth/base/result.h"
#include "berth/cli/options.h"

namespace berth::cli {

// Reads what the options name. Standard input can be taken once: for the script (`-`) or for one `name=-`.
// Errors: InvalidInput, NotFound, Exhausted, with the option at fault.
Result<app::CallRequest> read_request(const RunOptions& options, const app::Settings& settings);

// Goes to the investigation that the options name, and puts their files, incident and context there; the last two only
// a playground can be given. Errors: InvalidInput, NotFound, Exhausted, with the option at fault; those of the store.
Result<void> fill_scene(const SceneOptions& options, app::Scene& scene);

// Shows a message as it passes: "> " to the script, "< " from it.
void show_frame(engine::Direction direction, std::string_view line);

}  // namespace berth::cli
