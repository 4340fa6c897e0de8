// Whether a process is as isolated as it should be, as the kernel tells it: a zygote says so of its children, and is
// trusted no more than a script.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::container {

// The process behind a pidfd, as this process sees it. Errors: Unavailable when it has ended.
Result<pid_t> pid_of(int pidfd);

// Whether `status`, the text of a thread's status file in /proc, is that of one with user and group `id`, without any
// capability, without a way to new ones, without a tracer, and under at least `filters` system call filters. Pure.
// Errors: Denied, naming what is not so.
Result<void> check_status(std::string_view status, std::uint32_t id, unsigned filters);

// Whether `reaper`, by its status file, is the first process of its pid namespace, and `script` in one as deep, which
// is one level below that of `init`. Pure. Errors: Denied.
Result<void> check_depth(std::string_view init, std::string_view reaper, std::string_view script);

// Whether `text`, that of /proc/PID/cgroup, names group `name` in at least `hierarchies` hierarchies. Pure.
// Errors: Denied.
Result<void> check_groups(std::string_view text, std::string_view name, std::size_t hierarchies);
Result<void> check_membership(pid_t pid, std::string_view name, std::size_t hierarchies);

// Whether `pid` has memory, descriptors, root and folder, and signal handlers of its own, which `other` has no part in.
// One that has ended has none. Errors: Denied; Unavailable where the kernel does not tell (kcmp(2)).
Result<void> check_shares_nothing(pid_t pid, pid_t other);

// How many system call filters this process is under itself, and hands on to every child.
Result<unsigned> filters_of_this_process();

// A zygote's child as the zygote shows it, and what it has to be told from.
struct ShownChild {
  int reaper = -1;  // pidfds: whose death is to be the death of the whole,
  int script = -1;  // and of the interpreter
  std::uint32_t id = 0;
  unsigned filters = 0;
  pid_t init = 0;             // the first process of the zygote's container
  std::vector<pid_t> others;  // the zygote's processes, and the interpreters of its other children
  int network = -1;           // the network namespace that was made for it; -1 where it makes its own
};

// Whether every thread of the interpreter is as check_status() wants it, in the container's user namespace and in
// others of its own, that none of the others is in, nor this process, and ends with the reaper; and whether it shares
// nothing with any of them. All of it was so while both lived: numbers that were given to others meanwhile deceive
// nobody. Errors: Denied; Unavailable when one of them has ended.
Result<void> check_isolation(const ShownChild& child);

}  // namespace berth::container
