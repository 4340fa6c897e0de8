// Processor time of processes that live, and that nobody will have waited for when they are killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <vector>

namespace berth::container {

// What `processes` have used, and the children that they waited for. One that ends meanwhile is not counted: whoever
// waits for it is told.
std::chrono::nanoseconds cpu_time_of(const std::vector<pid_t>& processes);

// What `process` has used itself, threads included.
std::chrono::nanoseconds cpu_time_of_alone(pid_t process);

// The same for the processes of the group folder `cgroup`, but for `spared`.
std::chrono::nanoseconds cpu_time_of_members(const std::filesystem::path& cgroup, pid_t spared);

}  // namespace berth::container
