// How much memory a group has now.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "berth/sys/cgroup_layout.h"

namespace berth::sys {

// The name of the file of a group of `hierarchy` in which that stands; null where its memory is not counted there.
// Pure.
const char* memory_file_of(const CgroupHierarchy& hierarchy);

// What the group whose folder is `group`, one of `hierarchy`, has now, as the kernel counts it. None where that is not
// counted there, or the group is gone.
std::optional<std::uint64_t> memory_bytes_now(const std::filesystem::path& group, const CgroupHierarchy& hierarchy);

}  // namespace berth::sys
