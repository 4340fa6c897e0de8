#include "berth/cli/call_memory.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "berth/sys/cgroup_memory.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLongestMounts = 4 << 20;
constexpr std::size_t kLongestText = 64 << 10;
constexpr const char* kContainers = "berth";

std::optional<std::uint64_t> memory_of(std::int64_t process, const std::string& mounts) {
  const auto text = sys::read_file(fmt::format("/proc/{}/cgroup", process), kLongestText);
  if (!text) return std::nullopt;
  for (const sys::CgroupHierarchy& group : sys::groups_of_process(mounts, *text)) {
    if (sys::memory_file_of(group) == nullptr) continue;
    // A process with that number may be another one's, where the daemon's are not seen.
    if (group.place.parent_path().filename() != kContainers) return std::nullopt;
    return sys::memory_bytes_now(group.place, group);
  }
  return std::nullopt;
}

}  // namespace

std::map<std::int64_t, std::uint64_t> memory_of_calls(const std::set<std::int64_t>& processes) {
  std::map<std::int64_t, std::uint64_t> memory;
  if (processes.empty()) return memory;
  const auto mounts = sys::read_file("/proc/self/mountinfo", kLongestMounts);
  if (!mounts) return memory;
  for (const std::int64_t process : processes) {
    if (const auto bytes = memory_of(process, *mounts)) memory[process] = *bytes;
  }
  return memory;
}

}  // namespace berth::cli
