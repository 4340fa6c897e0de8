// A running container: started isolated or not at all, and gone with the object.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/ground.h"
#include "berth/container/init.h"
#include "berth/container/launch_spec.h"
#include "berth/container/lease.h"
#include "berth/container/network.h"
#include "berth/container/runtime_folder.h"
#include "berth/container/watcher.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/cgroup_meter.h"
#include "berth/sys/child.h"

namespace berth::container {

// A moment of the start, for traces: `name` was done at `at_ns` on CLOCK_MONOTONIC.
struct Moment {
  std::string name;
  std::int64_t at_ns;
};

// How the interpreter's process ended, and what the container used.
struct ContainerEnd {
  std::optional<int> status;  // wait status of the interpreter; none when it was ended from outside before it ended
  sys::CgroupUsage usage;
  std::chrono::nanoseconds cpu_time = {};
  NetworkEnd network;
  std::string left_behind;  // what could not be removed, and why; the next start sweeps it. Empty as a rule
};

// Removes what container `id`, which nobody holds any more, has left behind.
void sweep_container(const std::vector<sys::CgroupHierarchy>& hierarchies, const std::string& id);

// One container for one call. Destruction kills every process in it and removes its cgroups; its mounts and
// namespaces go with its processes. Used by one thread.
class Container {
 public:
  // Returns once the interpreter has been started, or with the pass that failed: nothing of the script has run then,
  // and nothing is left.
  // Errors: Unavailable (the kernel lacks something); Denied; Exhausted (no ids free); NotFound when the image has no
  // interpreter; Corrupt when a layer is missing.
  static Result<Container> start(const LaunchSpec& spec, const RuntimeFolder& folder);
  // The same on ground that has been found for the spec's limits.
  static Result<Container> start(const LaunchSpec& spec, const RuntimeFolder& folder, Ground ground);

  Container(Container&&) noexcept = default;
  Container& operator=(Container&&) = delete;
  ~Container() = default;

  // The host's ends. `in` and `out` carry frames or, for Channel::Stdio, the loop's standard streams; `in` alone is the
  // host's end of Channel::Socket.
  UniqueFd& in() { return in_; }
  UniqueFd& out() { return out_; }
  UniqueFd& printed() { return printed_; }        // what the script writes to descriptor 1; unset for Channel::Stdio
  UniqueFd& complaints() { return complaints_; }  // likewise 2
  int ended() const { return report_.get(); }     // readable once the interpreter's process has ended
  pid_t init() const { return init_.pid(); }
  const std::vector<sys::CgroupHierarchy>& hierarchies() const { return hierarchies_; }
  // Where its cgroup lies in one hierarchy; empty where it has none.
  std::filesystem::path cgroup_folder() const {
    return cgroup_.folders().empty() ? std::filesystem::path() : cgroup_.folders().front().path;
  }
  // What its processes have in memory now; none where nothing counts it.
  std::optional<std::uint64_t> memory_bytes_now() const {
    return meter_ ? meter_->memory_bytes_now() : cgroup_.memory_bytes_now();
  }
  const ContainerIds& ids() const { return ids_; }
  const ProcessBounds& bounds() const { return bounds_; }
  int work_folder() const { return scratch_.get(); }  // folder that holds `work`; readable after the end as well

  // Its network namespace; -1 where it has none of its own.
  int network_name_space() const { return network_ ? network_->name_space() : -1; }

  // Takes an interface of a child's network away, in a moment and on the watcher's time.
  void remove_interface(std::string_view name) { watcher_.remove_interface(name); }

  // Limits that nothing enforces for the container as a whole (Ground::not_enforced).
  const std::vector<std::string>& not_enforced() const { return not_enforced_; }

  // Moments of the start, in order.
  const std::vector<Moment>& moments() const { return moments_; }

  // Ends every process of the container, takes the figures and cleans up. An interpreter that is about to end by
  // itself has `grace` to do so, so that its status is known. At most once.
  // Errors: those of start(), where a last step before the script met them.
  Result<ContainerEnd> end(std::chrono::milliseconds grace);

  // What it has used up to now; it goes on. From the first time on the files that tell it stay open.
  Result<ContainerEnd> look();

  // Ends every process but init and leaves the rest standing, recorded in `folder`, until `berth prune`. At most
  // once, and only for a spec with `keep`.
  Result<ContainerEnd> leave_standing(const RuntimeFolder& folder, const LaunchSpec& spec);

 private:
  Container(Lease lease, Watcher watcher, std::optional<Network> network, sys::Cgroup cgroup, sys::Child init)
      : lease_(std::move(lease)),
        watcher_(std::move(watcher)),
        network_(std::move(network)),
        cgroup_(std::move(cgroup)),
        init_(std::move(init)) {}

  Result<void> tell_init();  // to go on
  Result<void> wait_for_start();
  Result<ContainerEnd> figures();
  std::chrono::nanoseconds cpu_time_until_now() const;

  // In this order, so that destruction goes the other way: processes, cgroups, network, watcher, lease.
  Lease lease_;
  Watcher watcher_;
  std::optional<Network> network_;
  sys::Cgroup cgroup_;
  std::optional<sys::CgroupMeter> meter_;  // of a container that is looked at
  sys::Child init_;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd printed_;
  UniqueFd complaints_;
  UniqueFd report_;
  UniqueFd go_;
  UniqueFd scratch_;
  std::vector<Moment> moments_;
  std::vector<std::string> not_enforced_;
  std::string image_name_;  // for error texts
  ProcessBounds bounds_;
  std::vector<sys::CgroupHierarchy> hierarchies_;
  ContainerIds ids_;
};

}  // namespace berth::container
