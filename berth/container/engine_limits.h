// Whether the container of another engine has the limits that the engine was told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/container/limits.h"
#include "berth/sys/cgroup_layout.h"

namespace berth::container {

// Those of `limits` that no group of a container holds it to, for people: "memory", "swap", "cpus", "processes". An
// engine leaves out what its kernel lacks, with a warning, so the groups themselves are asked. `groups` are the folders
// of its first process (sys::groups_of_process); what an outer group that is the container's, too, says counts as well.
// Its own are those whose path has `engine_id` in it.
std::vector<std::string> limits_lacking(const std::vector<sys::CgroupHierarchy>& groups, std::string_view engine_id,
                                        const Limits& limits);

}  // namespace berth::container
