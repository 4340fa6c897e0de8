#include "berth/container/ground.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "berth/container/launch_spec.h"
#include "berth/sys/delegated_cgroup.h"

namespace berth::container {
namespace {

// The scripts' ids of an ordinary user's containers, in the namespace around them. Distributions give these numbers to
// nobody (Debian policy 9.2.2), so that no file of an image lacks its owner for want of them.
constexpr sys::IdRange kScriptIds = {60'000, 5'000};

Result<Ground> ground_of_machine() {
  Ground ground;
  BERTH_TRY(ground.hierarchies, sys::find_hierarchies());
  BERTH_TRY(ground.pool, granted_ids());
  return ground;
}

std::string where_words(const sys::DelegatedCgroup& found) {
  if (!found.why_not.empty()) return found.why_not;
  return fmt::format("the cgroup '{}' that is delegated to this user does not have them", found.folder.native());
}

}  // namespace

bool Ground::enforces(std::string_view limit) const {
  return std::ranges::find(not_enforced, limit) == not_enforced.end();
}

bool Ground::counts_processes() const {
  return std::ranges::any_of(hierarchies, [](const sys::CgroupHierarchy& hierarchy) {
    return std::ranges::find(hierarchy.controllers, "pids") != hierarchy.controllers.end();
  });
}

Result<Ground> find_ground(const Limits& limits) {
  BERTH_TRY(const bool of_machine, sys::has_machine_ids());
  if (of_machine) return ground_of_machine();
  Ground ground;
  ground.of_machine = false;
  ground.pool = {kScriptIds, 1};
  BERTH_TRY(const sys::DelegatedCgroup found, sys::find_delegated_cgroup());
  if (!found.controllers.empty()) ground.hierarchies = {{found.folder, 2, found.controllers}};
  // Processes are counted by the kernel for each user of each user namespace, with a cgroup or without.
  for (const auto& [controller, limit] : {std::pair{"memory", "memory"}, std::pair{"cpu", "cpus"}}) {
    if (std::ranges::find(found.controllers, controller) == found.controllers.end()) {
      ground.not_enforced.emplace_back(limit);
    }
  }
  if (ground.not_enforced.empty() || limits.allow_unlimited) return ground;
  return fail(Errc::Unavailable,
              fmt::format("enforce the limits of {}: {}; {}, or run without them: --allow-unlimited, or the setting "
                          "limits.allow_unlimited",
                          fmt::join(ground.not_enforced, " and "), where_words(found), found.remedy));
}

ContainerIds container_ids(bool of_machine, sys::IdRange ids) {
  if (of_machine) return {{{0, ids.first, ids.count}}, ids.first, ids.host_id_of(kScriptId)};
  // As the images' files are owned, but for the script. The numbers that scripts are given are nobody's inside.
  const std::uint32_t after = kScriptIds.first + kScriptIds.count;
  sys::IdMap map = {{0, 0, kScriptId},
                    {kScriptId, ids.first, 1},
                    {kScriptId + 1, kScriptId + 1, kScriptIds.first - kScriptId - 1},
                    {after, after, kIdsPerContainer - after}};
  return {std::move(map), 0, ids.first};
}

}  // namespace berth::container
