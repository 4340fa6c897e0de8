// What a zygote is told about its children, and how it itself is started: decided before anything is done.
#pragma once

#include <string>
#include <vector>

#include "berth/container/fork_plan.h"
#include "berth/container/launch_spec.h"
#include "berth/sys/cgroup.h"

namespace berth::container {

// The zygote for calls like `call`. `views` is where a child sees its own cgroup.
LaunchSpec zygote_spec(const LaunchSpec& call, const std::vector<std::string>& views);

// The places in a container where groups in `hierarchies` are seen, one for each controller of version 1 or for the
// whole of version 2, with the hierarchy of each.
struct CgroupView {
  std::string at;
  std::size_t hierarchy;
};
std::vector<CgroupView> cgroup_views(const std::vector<sys::CgroupHierarchy>& hierarchies);

}  // namespace berth::container
