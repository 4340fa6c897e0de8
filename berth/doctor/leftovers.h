// What a call or a container left behind that has no owner any more.
#pragma once

#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/cgroups.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct Leftovers {
  std::vector<std::string> cgroups;         // folders of empty groups that no live or kept container has
  std::vector<std::string> dead_kept;       // ids of kept containers whose init has gone
  std::vector<std::string> orphaned_roots;  // kept mounts of images that the storage no longer has
};
// Looks only; makes no folder. Errors: Denied; Corrupt (a record).
Result<Leftovers> find_leftovers(const Asked& asked, const Hierarchies& hierarchies);
CheckResult judge_leftovers(const Result<Leftovers>& found);

}  // namespace berth::doctor
