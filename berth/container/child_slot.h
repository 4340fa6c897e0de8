// What one child of a zygote hands on to the next when it is gone: its cgroup, and its network namespace where it had
// no network. Making both anew would take longer than making the process. They are handed on only when nothing of the
// last child is left in them; otherwise they go with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/limits.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/cgroup_meter.h"

namespace berth::container {

class ChildSlot {
 public:
  // A new cgroup `name` with `limits`; no network namespace yet: the first child makes it. Errors: those of
  // Cgroup::make().
  static Result<ChildSlot> make(const std::vector<sys::CgroupHierarchy>& hierarchies, std::string name,
                                const Limits& limits);

  const std::string& name() const { return name_; }
  sys::Cgroup& cgroup() { return cgroup_; }
  const sys::Cgroup& cgroup() const { return cgroup_; }
  const sys::CgroupMeter& meter() const { return meter_; }

  // The network namespace that the next child is to enter; -1 where it makes its own.
  int network() const { return network_.get(); }
  // Keeps that of process `pid`, which lives and has been looked at. It is none that leads anywhere. Errors: of opening
  // it.
  Result<void> keep_network(pid_t pid);

  // Makes it ready for another child, once the last one is dead. False where it cannot be: a process, a socket or a
  // connection that is only just closing is left in it, more memory than a new one has is charged to it, or the kernel
  // cannot count anew.
  bool renew();

 private:
  ChildSlot(std::string name, sys::Cgroup cgroup, sys::CgroupMeter meter)
      : name_(std::move(name)), cgroup_(std::move(cgroup)), meter_(std::move(meter)) {}

  std::string name_;
  sys::Cgroup cgroup_;
  sys::CgroupMeter meter_;
  UniqueFd network_;
  UniqueFd sockets_;  // /proc/PID/net/sockstat of it, which stays that of the namespace when PID is gone
};

// Whether `sockstat`, the text of that file (proc(5)), names a network namespace without any socket or connection.
// Pure.
bool has_no_sockets(std::string_view sockstat);

}  // namespace berth::container
