#include "berth/sys/cgroup_memory.h"

#include <algorithm>

#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/kernel_text.h"

namespace berth::sys {

const char* memory_file_of(const CgroupHierarchy& hierarchy) {
  const bool counts = std::ranges::find(hierarchy.controllers, "memory") != hierarchy.controllers.end();
  if (!counts) return nullptr;
  return hierarchy.version == 2 ? "memory.current" : "memory.usage_in_bytes";
}

std::optional<std::uint64_t> memory_bytes_now(const std::filesystem::path& group, const CgroupHierarchy& hierarchy) {
  const char* const file = memory_file_of(hierarchy);
  if (file == nullptr) return std::nullopt;
  return number_in(KernelText((group / file).c_str()).text());
}

}  // namespace berth::sys
