// How much memory calls have now.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

namespace berth::cli {

// Of the groups that processes of one worker are in, by their folders, those of calls: of a container (`berth/ID`) or
// of a zygote's child (`berth/ID-NUMBER`). A zygote's own, and any that is none of a container, are left out. Pure.
std::set<std::filesystem::path> groups_of_calls(const std::set<std::filesystem::path>& groups);

// What the groups of calls hold in memory of each worker that has one, as the kernel counts it. `parents` has all
// processes with theirs. Of a worker whose processes no group counts there is nothing, nor of one on another machine.
std::map<std::int64_t, std::uint64_t> memory_of_calls(const std::set<std::int64_t>& workers,
                                                      const std::map<std::int64_t, std::int64_t>& parents);

}  // namespace berth::cli
