// A job for the engine as text, and the engine's answer as values.
#pragma once

#include <cstddef>
#include <string>

#include "berth/dt/engine.h"
#include "berth/dt/script.h"

namespace berth::dt {

// Errors: Exhausted when it would be longer than `most_bytes`.
Result<std::string> to_request(const ScriptJob& job, std::size_t most_bytes);

// The answer is not trusted: an engine that was taken over may say anything. Errors: as Script::evaluate; Unavailable
// for what no engine says.
Result<Json::Array> read_answer(const Answer& answer, const ScriptJob& job);

// What errors call the job: "evaluate 'val.x == 1'".
std::string describe(const ScriptJob& job);

}  // namespace berth::dt
