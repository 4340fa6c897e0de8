#include "berth/container/cgroup_views.h"

namespace berth::container {

std::vector<CgroupView> cgroup_views(const std::vector<sys::CgroupHierarchy>& hierarchies) {
  std::vector<CgroupView> views;
  for (std::size_t i = 0; i < hierarchies.size(); ++i) {
    if (hierarchies[i].version == 2) {
      // Beside hierarchies of version 1 it stands where a hybrid machine has it.
      views.push_back({hierarchies.size() == 1 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified", i});
      continue;
    }
    for (const std::string& controller : hierarchies[i].controllers)
      views.push_back({"/sys/fs/cgroup/" + controller, i});
  }
  return views;
}

}  // namespace berth::container
