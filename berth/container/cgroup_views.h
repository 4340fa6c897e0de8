// Where a script finds its own cgroup.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth/sys/cgroup_layout.h"

namespace berth::container {

// The places in a container where groups in `hierarchies` are seen, one for each controller of version 1 or for the
// whole of version 2, with the hierarchy of each.
struct CgroupView {
  std::string at;
  std::size_t hierarchy;
};
std::vector<CgroupView> cgroup_views(const std::vector<sys::CgroupHierarchy>& hierarchies);

}  // namespace berth::container
