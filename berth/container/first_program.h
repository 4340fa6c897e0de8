// The first process of a container that another engine made: loop/first.cc, built for this machine's architecture, and
// what it is told.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/container/launch_spec.h"

namespace berth::container {

std::string_view first_program();  // a static executable

// What it starts (first_plan.h): the interpreters of `spec` along its PATH, arguments, environment. Pure. Errors:
// Exhausted when it would be more than the program takes.
Result<std::string> first_plan(const LaunchSpec& spec);

// Which process of this machine holds a lock on `file`; none where nobody does whom this machine knows.
Result<std::optional<pid_t>> holder_of_lock(int file);

// The one child of process `pid`. Errors: Unavailable where there is none, or another number.
Result<pid_t> only_child_of(pid_t pid);

// The wait status of a process that has ended and that nobody has waited for yet; none for any other.
std::optional<int> status_of_ended(pid_t pid);

// Which id `inside` is on this machine, by the text of a process's /proc/PID/uid_map; none where it is nobody. Pure.
std::optional<std::uint32_t> id_outside(std::string_view id_map, std::uint32_t inside);

}  // namespace berth::container
