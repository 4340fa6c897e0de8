// Tools that are asked to end before they are killed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/sys/tool.h"

namespace berth::sys {

// What comes before SIGKILL where a tool is to end: a signal to the tool alone, and the time that it has then.
struct ToolEnd {
  int signal = 0;
  std::chrono::milliseconds grace = {};
};

// As run_tool; a time limit, a watch or a flood of output first sends `end`. That error stays the answer, however the
// tool ends then.
Result<ToolOutput> run_gentle_tool(const std::vector<std::string>& argv, const ToolOptions& options, ToolEnd end);

}  // namespace berth::sys
