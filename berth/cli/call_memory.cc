#include "berth/cli/call_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "berth/sys/cgroup_layout.h"
#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestMounts = 4 << 20;
constexpr std::size_t kLongestText = 64 << 10;
constexpr int kDeepest = 64;  // processes above each other
constexpr const char* kContainers = "berth";

// The nearest of `workers` above `process`.
std::optional<std::int64_t> worker_of(std::int64_t process, const std::set<std::int64_t>& workers,
                                      const std::map<std::int64_t, std::int64_t>& parents) {
  for (int i = 0; i < kDeepest; ++i) {
    const auto above = parents.find(process);
    if (above == parents.end()) return std::nullopt;
    process = above->second;
    if (workers.contains(process)) return process;
  }
  return std::nullopt;
}

// Where the memory of the process is counted.
std::optional<fs::path> memory_group_of(std::int64_t process, const std::string& mounts) {
  const auto text = sys::read_file(fmt::format("/proc/{}/cgroup", process), kLongestText);
  if (!text) return std::nullopt;
  for (const sys::CgroupHierarchy& group : sys::groups_of_process(mounts, *text)) {
    if (std::ranges::find(group.controllers, "memory") != group.controllers.end()) return group.place;
  }
  return std::nullopt;
}

std::uint64_t memory_of_group(const fs::path& group) {
  for (const char* file : {"memory.current", "memory.usage_in_bytes"}) {
    const auto text = sys::read_file(group / file, kLongestText);
    if (text) return sys::number_in(*text).value_or(0);
  }
  return 0;
}

}  // namespace

std::set<fs::path> groups_of_calls(const std::set<fs::path>& groups) {
  std::set<fs::path> zygotes;
  std::set<fs::path> calls;
  for (const fs::path& group : groups) {
    if (group.parent_path().filename() != kContainers) continue;
    calls.insert(group);
    const std::string& whole = group.native();
    const std::size_t dash = whole.rfind('-');
    if (dash != std::string::npos && whole.find('/', dash) == std::string::npos) zygotes.insert(whole.substr(0, dash));
  }
  for (const fs::path& zygote : zygotes) calls.erase(zygote);
  return calls;
}

std::map<std::int64_t, std::uint64_t> memory_of_calls(const std::set<std::int64_t>& workers,
                                                      const std::map<std::int64_t, std::int64_t>& parents) {
  std::map<std::int64_t, std::uint64_t> memory;
  const auto mounts = sys::read_file("/proc/self/mountinfo", kLongestMounts);
  if (!mounts) return memory;
  std::map<std::int64_t, std::set<fs::path>> groups;
  for (const auto& [process, parent] : parents) {
    const auto worker = worker_of(process, workers, parents);
    const auto group = worker ? memory_group_of(process, *mounts) : std::nullopt;
    if (group) groups[*worker].insert(*group);
  }
  for (const auto& [worker, all] : groups) {
    for (const fs::path& group : groups_of_calls(all)) memory[worker] += memory_of_group(group);
  }
  return memory;
}

}  // namespace berth::cli
