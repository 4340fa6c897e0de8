// How much memory calls have now.
#pragma once

#include <cstdint>
#include <map>
#include <set>

namespace berth::cli {

// What the control groups of containers that `processes` are in hold in memory, as the kernel counts it. Of one that is
// in no container of Berth's, as far as is seen here, there is nothing.
std::map<std::int64_t, std::uint64_t> memory_of_calls(const std::set<std::int64_t>& processes);

}  // namespace berth::cli
