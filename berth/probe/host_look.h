// What calls of this process have left on the machine: nothing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/sys/cgroup.h"

namespace berth::probe {

// Looks at the machine before and after calls. While one lives, orphans among the descendants of this process become
// its children, so that one which outlives its container is found.
class HostLook {
 public:
  // `runtime` is the folder of leases and kept mounts. Errors: those of finding the cgroup hierarchies.
  static Result<HostLook> take(std::filesystem::path runtime);

  // Waits up to five seconds until nothing is left of the calls `ids`: no process, no cgroup, no mount, no lease.
  // Returns what is, a line each.
  std::vector<std::string> left_of(const std::vector<std::string>& ids) const;

 private:
  HostLook(std::filesystem::path runtime, std::vector<sys::CgroupHierarchy> hierarchies, std::size_t mounts)
      : runtime_(std::move(runtime)), hierarchies_(std::move(hierarchies)), mounts_(mounts) {}
  std::vector<std::string> look(const std::vector<std::string>& ids) const;
  static std::size_t count_mounts(const std::filesystem::path& runtime);

  std::filesystem::path runtime_;
  std::vector<sys::CgroupHierarchy> hierarchies_;
  std::size_t mounts_;  // in the runtime folder, but for the kept roots of images
};

// Memory of this process, in bytes: now, and the most since start_memory_peak().
void start_memory_peak();
struct OwnMemory {
  std::size_t now = 0;
  std::size_t peak = 0;
};
OwnMemory own_memory();

}  // namespace berth::probe
