// What the machine lets this process do for a container: as root of the machine, or as root of an ordinary user's own
// namespace (sys/own_namespace.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/lease.h"
#include "berth/container/limits.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/id_map.h"

namespace berth::container {

struct Ground {
  // As root of the machine, mounts can be shifted to other ids and device nodes be made. Without it the ids of a
  // container are those of the namespace around it, and devices are shown from the host.
  bool of_machine = true;
  IdPool pool;                                    // what containers take their ids from
  std::vector<sys::CgroupHierarchy> hierarchies;  // where the container's cgroup goes; what is missing is not enforced
  // Limits that nothing enforces for a container as a whole, by their names in the settings: "memory", "cpus".
  std::vector<std::string> not_enforced;

  bool enforces(std::string_view limit) const;
  bool counts_processes() const;  // a cgroup does
};

// Finds it out. Errors: Unavailable where limits cannot be enforced and `limits` does not allow that, naming them and
// the remedy; where no ids are granted.
Result<Ground> find_ground(const Limits& limits);

// Who a container's ids are around it.
struct ContainerIds {
  sys::IdMap map;            // of the container's user namespace
  std::uint32_t root = 0;    // who its root is around it
  std::uint32_t script = 0;  // and who its script
};

// The ids of a container that leased `ids`. Without the machine's ids, all containers of a user share those of the
// image's files, but for the script: its id is that of the lease, which no other live container has. Pure.
ContainerIds container_ids(bool of_machine, sys::IdRange ids);

}  // namespace berth::container
