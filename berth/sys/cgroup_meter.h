// What a group uses, read often: its files stay open, and the group may be handed on to others who are counted anew.
#pragma once

#include <cstdint>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/cgroup.h"

namespace berth::sys {

class CgroupMeter {
 public:
  // Errors: those of opening the files of the group's folders.
  static Result<CgroupMeter> open(const Cgroup& cgroup);

  // As Cgroup::usage(), since open() or the last restart().
  CgroupUsage usage() const;
  // As Cgroup::memory_bytes_now().
  std::optional<std::uint64_t> memory_bytes_now() const;
  // Whether there has never been more than one task in the group at a time; false where the kernel does not tell
  // (before Linux 6.10).
  bool has_had_one_task() const;

  // Counts from here on. Returns false where the kernel cannot: a peak of version 2 is kept for the group's whole life
  // before Linux 6.12, and since then counts anew for the descriptor that asks for it.
  bool restart();

 private:
  CgroupMeter() = default;
  CgroupUsage totals() const;

  UniqueFd peak_;
  UniqueFd memory_;
  UniqueFd oom_;
  UniqueFd pids_;
  UniqueFd most_tasks_;
  UniqueFd cpu_;
  bool is_v2_memory_ = false;
  bool is_v2_cpu_ = false;
  CgroupUsage before_;  // what others had used up by the last restart
};

}  // namespace berth::sys
