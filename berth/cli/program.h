// The command line: what can be typed, and which command it means.
#pragma once

#include <cstdint>

#include "berth/container/guards.h"

namespace berth::cli {

// Parses the command line, reads the settings, runs the command, and returns the exit status.
// Standard output that did not take all is said, and 12 in the place of 0.
int run_program(int argc, char** argv, const container::Guards& guards, std::int64_t begun_ns);

}  // namespace berth::cli
