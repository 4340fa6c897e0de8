// The processes of a container without a cgroup: init's, and theirs.
#pragma once

#include <sys/types.h>

#include <vector>

#include "berth/base/result.h"

namespace berth::container {

// Everything that descends from `pid`, which is not among them. In a pid namespace of its own that is everything in it:
// what loses its parent becomes init's. One that is born or ends meanwhile may be missed or named.
// Errors: NotFound where the kernel does not tell (CONFIG_PROC_CHILDREN), or there is no such process.
Result<std::vector<pid_t>> descendants_of(pid_t pid);

// Kills them, again and again until there is none left. Errors: TimedOut after five seconds.
Result<void> kill_descendants_of(pid_t pid);

}  // namespace berth::container
