// The running program, started once more.
#pragma once

#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/sys/child.h"

namespace berth::sys {

// Starts /proc/self/exe with `arguments` (the first is its name), a session of its own, an empty environment but for
// TZ=UTC, no signal blocked, `standard_input` as descriptor 0 and /dev/null as 1 and 2; all others are close-on-exec.
// A copy of a process with threads may do next to nothing, so what needs a process in such a program starts it anew.
// Errors: Exhausted (a process limit); Unavailable (no /proc, or the program lies on a file system that forbids it).
Result<Child> start_own_program(std::vector<std::string> arguments, int standard_input);

}  // namespace berth::sys
