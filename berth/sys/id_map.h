// Ranges of host user ids, and the user namespaces that are mapped to them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// Host ids first .. first+count-1, for users and groups alike.
struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  std::uint32_t host_id_of(std::uint32_t inside) const { return first + inside; }
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

// One line of an id map (user_namespaces(7)): ids inside .. inside+count-1 of a namespace are outside .. of the one
// around it.
struct IdExtent {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 0;

  friend bool operator==(const IdExtent&, const IdExtent&) = default;
};
using IdMap = std::vector<IdExtent>;

// The ranges that /etc/subuid text grants to `owner` (subuid(5): name:first:count). Lines that are none are passed
// over.
std::vector<IdRange> subordinate_ranges(std::string_view subuid_text, std::string_view owner);

// The map in a text like that of /proc/PID/uid_map. Lines that are none are passed over.
IdMap parse_id_map(std::string_view text);

// `map` with each line split where the ids outside are mapped in pieces themselves, by `around`: the kernel takes no
// line that lies in two. Ids that `around` does not map stay as they are, for the kernel to refuse. Pure.
IdMap split_along(const IdMap& map, const IdMap& around);

// Maps the ids of the user namespace of `pid`, users and groups alike, split along those of this process. Needs
// CAP_SETUID and CAP_SETGID over the ids outside.
Result<void> write_id_maps(pid_t pid, const IdMap& map);

// A user namespace that is mapped to `range` and holds no process; for idmapped mounts.
Result<UniqueFd> make_mapped_namespace(IdRange range);

// Whether this process is in a user namespace that has all ids of the machine under their own numbers.
Result<bool> has_machine_ids();

}  // namespace berth::sys
