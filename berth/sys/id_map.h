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

// The ranges that /etc/subuid text grants to `owner` (subuid(5): name:first:count). Lines that are none are passed
// over.
std::vector<IdRange> subordinate_ranges(std::string_view subuid_text, std::string_view owner);

// Maps ids 0.. of the user namespace of `pid` to `range`. Needs CAP_SETUID over the host's ids.
Result<void> write_id_maps(pid_t pid, IdRange range);

// A user namespace that is mapped to `range` and holds no process; for idmapped mounts.
Result<UniqueFd> make_mapped_namespace(IdRange range);

}  // namespace berth::sys
