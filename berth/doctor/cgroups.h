// Control groups: where they are, and whether limits can be set in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/check.h"
#include "berth/sys/cgroup.h"

namespace berth::doctor {

using Hierarchies = Result<std::vector<sys::CgroupHierarchy>>;
CheckResult judge_cgroups(const Hierarchies& found, bool root);

// A group made in each hierarchy, limited, its limits read back, and removed.
Result<void> try_cgroup_limits(const std::vector<sys::CgroupHierarchy>& hierarchies);
CheckResult judge_cgroup_limits(const Hierarchies& found, const Result<void>& tried, bool root);

struct SwapFacts {
  std::uint64_t total_bytes = 0;  // of swap on this machine
  // Whether a group's swap can be limited; nothing where no group could be looked at.
  std::optional<bool> accounted;
};
SwapFacts swap_facts(const Hierarchies& found);
CheckResult judge_swap_accounting(const SwapFacts& facts);

}  // namespace berth::doctor
