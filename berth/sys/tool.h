// Runs another program to its end, with a time limit, and keeps what it printed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::sys {

// What comes before SIGKILL where a tool is to end: a signal to the tool alone, and the time that it has then.
struct ToolEnd {
  int signal = 0;  // 0: nothing
  std::chrono::milliseconds grace = {};
};

struct ToolOptions {
  std::chrono::milliseconds time_limit = std::chrono::minutes(2);
  std::size_t output_limit_bytes = 16 << 20;  // of each stream; more ends the tool
  // Added to a minimal environment (PATH, HOME, LANG=C.UTF-8), as "NAME=value".
  std::vector<std::string> environment;
  std::string input;        // what it reads on standard input; at most 64 KiB
  bool any_status = false;  // its exit status is an answer, in ToolOutput::status
  // Called with each whole line that the tool writes to standard error, while it runs.
  std::function<void(std::string_view line)> on_line;
  // Asked four times a second while it runs; an error ends the tool, and is the answer.
  std::function<Result<void>()> watch;
  // Sent at the time limit, for a watch's error and a flood of output. That stays the answer, however the tool ends
  // then.
  ToolEnd end;
};

struct ToolOutput {
  std::string out;
  std::string err;
  int status = 0;
};

// The path of the program `name` on PATH; none where there is no such program. Folders of PATH that are not absolute
// are passed over.
std::optional<std::string> find_program(std::string_view name);

// Runs argv[0] (found on PATH) with `input` (else /dev/null) on standard input, never through a shell. It dies with us,
// and its whole process group is killed at the time limit. Errors: InvalidInput for too much input; NotFound when there
// is no such program; TimedOut; Exhausted (too much output); Unavailable when it ended with another status than 0: the
// text then holds the last lines it wrote to standard error.
Result<ToolOutput> run_tool(const std::vector<std::string>& argv, const ToolOptions& options = {});

}  // namespace berth::sys
