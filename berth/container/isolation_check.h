// Whether a process is as isolated as it should be, as the kernel tells it: a zygote says so of its children, and is
// trusted no more than a script.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "berth/base/result.h"

namespace berth::container {

// The process behind a pidfd, as this process sees it. Errors: Unavailable when it has ended.
Result<pid_t> pid_of(int pidfd);

// Whether `status`, the text of /proc/PID/status, is that of a process with user and group `id`, without any
// capability, without a way to new ones, and under at least `filters` system call filters. Pure.
// Errors: Denied, naming what is not so.
Result<void> check_status(std::string_view status, std::uint32_t id, unsigned filters);

// Whether `text`, that of /proc/PID/cgroup, names group `name` in at least `hierarchies` hierarchies. Pure.
// Errors: Denied.
Result<void> check_groups(std::string_view text, std::string_view name, std::size_t hierarchies);
Result<void> check_membership(pid_t pid, std::string_view name, std::size_t hierarchies);

// How many system call filters this process is under itself, and hands on to every child.
Result<unsigned> filters_of_this_process();

// The same as check_status for process `pid`, and that none of its namespaces is that of process `zygote`, but for the
// user's.
Result<void> check_isolation(pid_t pid, pid_t zygote, std::uint32_t id, unsigned filters);

}  // namespace berth::container
