// How much memory calls have now.
#pragma once

#include <cstdint>
#include <map>
#include <set>

namespace berth::cli {

// What the control groups of `processes` hold in memory, as the kernel counts it. Of one that no group counts, or that
// is not of this machine, there is nothing.
std::map<std::int64_t, std::uint64_t> memory_of_calls(const std::set<std::int64_t>& processes);

}  // namespace berth::cli
