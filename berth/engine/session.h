// The conversation with one script, from its job to its end.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/limits.h"
#include "berth/engine/host.h"
#include "berth/engine/record.h"

namespace berth::engine {

// The host's ends of the channels to one script. They belong to somebody who outlives the conversation, which closes
// those whose other end is gone.
struct Streams {
  UniqueFd& in;          // takes the job and the answers
  UniqueFd& out;         // gives the messages
  UniqueFd& printed;     // what the script writes to descriptor 1
  UniqueFd& complaints;  // likewise 2
  int ended = -1;        // readable once the interpreter's process has ended
  // Where what was written may still be on its way when the call is over: ends the container, so that all of it arrives
  // and then the streams end. Nothing happens the second time. Empty where what was written is there at once.
  std::function<void()> let_go = {};
};

enum class Direction { ToScript, FromScript };

struct SessionOptions {
  container::Limits limits;
  std::chrono::steady_clock::time_point deadline;
  int interrupt = -1;  // readable once the call is to be stopped, or -1
  // Where they are set, entries and lines of the log go there as they come, and the record keeps none: for calls that
  // last.
  std::function<void(Json entry)> on_entry;
  std::function<void(const LogLine& line)> on_log;
  // Sees each line that passes, without its line feed.
  std::function<void(Direction, std::string_view line)> on_frame;
};

// Sends `job` (a whole line), answers requests through `host`, takes in what is printed, and returns when the call is
// over, one way or another. One thread, which waits for whatever comes first; a script that does not read its answers
// is not read from either.
// Errors: only of the kernel's (poll, read); what the script does is in the record.
Result<CallRecord> converse(Streams streams, std::string_view job, Host& host, const SessionOptions& options);

}  // namespace berth::engine
