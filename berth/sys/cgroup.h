// Control groups, version 1, 2 and both at once: found by looking at what is mounted, used through one interface.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/cgroup_layout.h"

namespace berth::sys {

// Where Berth's groups lie on this machine, ready for them: what has to be passed on to them is.
// Errors: Unavailable when one of memory, pids and cpu cannot be had, with the reason and the remedy; Denied.
Result<std::vector<CgroupHierarchy>> find_hierarchies();

struct CgroupLimits {
  std::uint64_t memory_bytes = 0;  // swap included: none is granted on top
  double cpus = 0;
  std::uint32_t pids = 0;
};

// What was used, and how often a limit was hit.
struct CgroupUsage {
  std::optional<std::uint64_t> peak_memory_bytes;    // none where the kernel keeps no peak (version 2 before 5.19)
  std::optional<std::chrono::nanoseconds> cpu_time;  // none in version 1 where cpuacct is mounted apart
  std::uint64_t oom_kills = 0;
  std::uint64_t refused_forks = 0;
};

// What the groups whose folders are the places of `groups` have used. A file that is not there is passed over.
CgroupUsage usage_of(const std::vector<CgroupHierarchy>& groups);

// A group of ours in every hierarchy that matters, with its limits; removed with the object.
class Cgroup {
 public:
  // Makes `name` (a relative path, such as "berth/ID") in each of `hierarchies`, with `limits` set.
  // Errors: Denied; Unavailable where a limit cannot be set. Nothing is left behind on error.
  static Result<Cgroup> make(const std::vector<CgroupHierarchy>& hierarchies, const std::string& name,
                             const CgroupLimits& limits);

  Cgroup(Cgroup&&) noexcept = default;
  Cgroup& operator=(Cgroup&&) = delete;
  ~Cgroup();

  // Descriptors for joining, opened here because the one that joins may not: version 1 `tasks` files, into which a
  // single-threaded process writes "0", and the version 2 folder, for clone3.
  const std::vector<UniqueFd>& task_files() const { return task_files_; }
  std::optional<int> v2_folder() const;

  // Where the group lies, by hierarchy, for showing it read-only inside the container.
  struct Folder {
    std::filesystem::path path;
    CgroupHierarchy hierarchy;
  };
  const std::vector<Folder>& folders() const { return folders_; }

  Result<CgroupUsage> usage() const;

  // What its processes have in memory now; none where no hierarchy counts memory.
  std::optional<std::uint64_t> memory_bytes_now() const;

  // Kills every process of the group but `spared`, until no other is left. Errors: TimedOut after five seconds.
  Result<void> kill_all_but(pid_t spared);

  // Removes the group now. Errors: Unavailable when a process in it does not die.
  Result<void> remove();

  // Leaves the group to live on; somebody else removes it.
  void release() { folders_.clear(); }

 private:
  Cgroup() = default;
  Result<void> make_in(const CgroupHierarchy& hierarchy, const std::string& name, const CgroupLimits& limits);

  std::vector<Folder> folders_;
  std::vector<UniqueFd> task_files_;
  UniqueFd v2_folder_;
};

// Kills what is left in the group folder `path` and removes it, trying for up to a second: a group is busy until its
// last process has been reaped. True when it is gone.
bool remove_cgroup(const std::filesystem::path& path);

// The same for the groups beside it whose names go on with a dash, and then for the group itself: those of a zygote's
// calls, and its own.
bool remove_cgroup_family(const std::filesystem::path& path);

}  // namespace berth::sys
