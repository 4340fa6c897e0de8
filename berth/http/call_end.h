// How the daemon ends a call whose worker is dead: once, and saying what is known.
#pragma once

#include <string>

#include "berth/base/error.h"
#include "berth/http/worker_board.h"

namespace berth::http {

// What can still be answered over the connection.
enum class LastWord {
  None,   // the answer is whole, or broken off in the middle: the connection ends
  Error,  // a response of its own
  Event,  // the last event of an answer of events
};

// Pure.
LastWord last_word(CallStage stage);

// What a wait status says of a process, as "was killed by signal 9".
std::string ending_text(int status);

// `end` says what became of the process. `in_lines`: the call is answered in events, and has told one before it ran.
Error death_of(const std::string& end, CallStage stage, bool in_lines);

}  // namespace berth::http
