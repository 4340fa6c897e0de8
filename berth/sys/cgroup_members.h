// The processes of a control group, and their end.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <vector>

namespace berth::sys {

// The processes of the group folder `group`; one that this process cannot name (it is outside of its pid namespace)
// stands there as 0. Empty when there is no such group.
std::vector<pid_t> members_of(const std::filesystem::path& group);

// Sends SIGKILL to the processes that `read` names, but not to `spared`; returns how many there were. A process is held
// before `read` is asked once more, so that a number that was given to a stranger meanwhile never hits the stranger.
int kill_members(const std::function<std::vector<pid_t>()>& read, pid_t spared);

// Ends every process of the group folder `group` at once, and whatever it forks meanwhile. False where the kernel has
// no such file (version 1; version 2 before Linux 5.14).
bool kill_group(const std::filesystem::path& group);

}  // namespace berth::sys
