#include "berth/cli/call_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "berth/sys/cgroup_memory.h"
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
std::optional<sys::CgroupHierarchy> memory_group_of(std::int64_t process, const std::string& mounts) {
  const auto text = sys::read_file(fmt::format("/proc/{}/cgroup", process), kLongestText);
  if (!text) return std::nullopt;
  for (const sys::CgroupHierarchy& group : sys::groups_of_process(mounts, *text)) {
    if (sys::memory_file_of(group) != nullptr) return group;
  }
  return std::nullopt;
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
  std::map<std::int64_t, std::map<fs::path, sys::CgroupHierarchy>> groups;
  for (const auto& [process, parent] : parents) {
    const auto worker = worker_of(process, workers, parents);
    const auto group = worker ? memory_group_of(process, *mounts) : std::nullopt;
    if (group) groups[*worker].emplace(group->place, *group);
  }
  for (const auto& [worker, all] : groups) {
    std::set<fs::path> folders;
    for (const auto& [folder, group] : all) folders.insert(folder);
    for (const fs::path& folder : groups_of_calls(folders)) {
      memory[worker] += sys::memory_bytes_now(folder, all.at(folder)).value_or(0);
    }
  }
  return memory;
}

}  // namespace berth::cli
