// Requests and answers between a program and its script worker: a length, then as many bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/dt/engine.h"

namespace berth::dt {

using Deadline = std::chrono::steady_clock::time_point;

struct ChannelEnds {
  UniqueFd ours;    // non-blocking
  UniqueFd theirs;  // blocking
};

Result<ChannelEnds> make_channel();

// On our end. Errors: TimedOut at the deadline; Unavailable when the other end is closed; Exhausted when an answer says
// that it is longer than `most_bytes`.
Result<void> send_request(int channel, std::string_view request, Deadline deadline);
Result<Answer> receive_answer(int channel, std::size_t most_bytes, Deadline deadline);

// On the worker's end. Errors: Unavailable at the end of the channel, and for a request longer than `most_bytes`.
Result<std::string> read_request(int channel, std::size_t most_bytes);
Result<void> write_answer(int channel, const Answer& answer);

}  // namespace berth::dt
