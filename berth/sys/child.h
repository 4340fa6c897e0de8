// Processes that are born into namespaces of their own, and held so that they cannot leak.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// How a process ended, and what it and its waited-for descendants used.
struct Ending {
  int status = 0;  // as wait(2) gives it
  rusage usage = {};
};

// A running child process, held by its pidfd, so that a signal can never reach a stranger that was given the same
// pid. Kills and reaps on destruction: a Child that goes out of scope leaves neither a process nor a zombie.
class Child {
 public:
  // Starts `body` in a copy of this process, in the new namespaces that `clone_flags` names (CLONE_NEW...), and in
  // the version 2 cgroup behind `cgroup` where one is given; its return value is the exit status. The copy is made
  // by a raw clone: libc's fork hooks do not run, so `body` may use what a single-threaded copy may use, and this
  // process must have one thread.
  // Errors: Denied; Exhausted (a process or namespace limit); Unavailable.
  static Result<Child> start(std::uint64_t clone_flags, std::optional<int> cgroup, const std::function<int()>& body);

  // The same in network namespace `network`, without this process ever being in it: an ordinary user's process could
  // not come back into the machine's. Costs a copy of this process more.
  static Result<Child> start_in_network(int network, std::uint64_t clone_flags, std::optional<int> cgroup,
                                        const std::function<int()>& body);
  // Takes over a process that this one has started in another way and that nobody has waited for.
  static Result<Child> adopt(pid_t pid);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }  // readable once the child has ended

  // Does nothing when the child has ended already or was given up.
  Result<void> kill(int signal);
  Result<Ending> wait();  // blocks; at most once

  // Gives the child up: it lives on and is no longer killed here.
  void release();

 private:
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  void end();

  pid_t pid_;
  UniqueFd pidfd_;  // empty once reaped, released or moved from
};

}  // namespace berth::sys
