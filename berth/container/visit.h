// A program in a container that stands (`berth run --keep`): a look at what the script saw, behind the same guards.
#pragma once

#include <sys/ioctl.h>

#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/kept.h"
#include "berth/sys/child.h"

namespace berth::container {

struct VisitSpec {
  std::vector<std::string> command;  // program, by its path or along PATH, and its arguments; empty: a shell
  std::optional<winsize> terminal;   // it gets a terminal of this size; none: pipes
  std::string terminal_type;         // TERM
  bool with_tools = false;           // also where the image has a shell
};

// The program, from its start to its end. It is the script's user in all of the container's namespaces and cgroups,
// without capabilities, under the same limits and the same filter of system calls; the mounts that it sees are its own
// copy where tools are added to them. It ends with the object, or with this process; what it has started itself may
// live on in the container. For one thread.
class Visit {
 public:
  // Returns once the program runs. Errors: NotFound when the container stands no more, or there is no such program in
  // it; Denied where this user may not enter it; Unavailable with the step that failed: nothing has run then.
  static Result<Visit> start(const KeptContainer& container, const VisitSpec& spec);

  UniqueFd& terminal() { return terminal_; }  // the near side; unset for pipes
  UniqueFd& in() { return in_; }              // likewise for a terminal
  UniqueFd& out() { return out_; }
  UniqueFd& err() { return err_; }
  int ended() const { return visitor_.pidfd(); }  // readable once the program has ended

  // Does nothing when it has ended.
  void signal(int number) const;

  // Its exit status, or 128 and the number of the signal that ended it. Blocks; at most once.
  Result<int> wait();

 private:
  explicit Visit(sys::Child visitor) : visitor_(std::move(visitor)) {}

  sys::Child visitor_;  // waits for the program, of which it is the parent, from outside of its pid namespace
  UniqueFd program_;    // its pidfd
  UniqueFd terminal_;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd err_;
};

}  // namespace berth::container
