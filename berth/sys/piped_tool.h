// Another program that runs beside us, spoken to over its standard streams.
#pragma once

#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/child.h"

namespace berth::sys {

struct PipedTool {
  Child process;  // in a session of its own; ends with the object, and is sent `at_our_end` when this process ends
  UniqueFd in;    // to its standard input
  UniqueFd out;   // from its standard output
  UniqueFd err;
};

// Starts argv[0] (found on PATH), never through a shell, with a minimal environment (PATH, HOME, LANG=C.UTF-8) and
// `environment` besides, in `folder`. This process must have one thread.
// SIGTERM lets a tool come to a good end that must not be broken off in the middle.
// Errors: NotFound when there is no such program.
Result<PipedTool> start_piped_tool(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                   const std::filesystem::path& folder, int at_our_end = SIGKILL);

}  // namespace berth::sys
