// What a call left: its entries, its log, and how it stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"

namespace berth::engine {

// Where a line of the log comes from.
enum class LogSource {
  Script,  // demisto.log and print
  Output,  // descriptor 1: what libraries and child processes print
  Error,   // descriptor 2
  Server,  // demisto.info, debug, error
};

struct LogLine {
  LogSource source = LogSource::Script;
  std::string level;  // of Server: info, debug, error
  std::string text;
};

// Why a session ended the conversation.
enum class Stop {
  Completed,    // the loop said so
  Ended,        // the interpreter's process is gone, or has closed its channel, without saying so
  Timeout,      // the wall time ran out
  FrameLimit,   // one message was too long
  OutputLimit,  // all messages and all that was printed were too much
  Interrupted,  // the user or the system told us to stop
};

struct CallRecord {
  Stop stop = Stop::Ended;
  bool took_job = false;               // the interpreter has read of it
  bool has_unsent_answers = false;     // a part of one may be on the way to the script: nothing can follow it
  std::vector<Json> entries;           // in the order in which they were posted
  std::vector<std::string> exception;  // lines, when the script raised
  std::vector<LogLine> log;
  std::uint64_t dropped_log_bytes = 0;  // past what the log keeps
  std::uint64_t late_messages = 0;      // after the end; dropped
  std::uint64_t bad_messages = 0;       // lines that are no message; their text is in the log
  std::uint64_t output_bytes = 0;       // of all messages and all that was printed
  std::vector<std::string> loaded;      // modules, as the loop says: names, and nothing else is known of them
  std::chrono::nanoseconds wall_time = {};
  std::int64_t ready_at_ns = 0;  // CLOCK_MONOTONIC, for traces: the loop was ready, and said that the call is over
  std::int64_t completed_at_ns = 0;
};

}  // namespace berth::engine
