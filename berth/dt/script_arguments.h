// How a script worker is told its limits on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/dt/script_worker.h"

namespace berth::dt {

// The hidden first argument; the limits are the second.
constexpr const char* kScriptWorkerArgument = "--berth-script-worker";

std::string to_string(const ScriptLimits& limits);
std::optional<ScriptLimits> parse_script_limits(std::string_view text);

}  // namespace berth::dt
