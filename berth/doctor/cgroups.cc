#include "berth/doctor/cgroups.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "berth/doctor/words.h"
#include "berth/engine/outcome.h"

namespace berth::doctor {
namespace {

constexpr sys::CgroupLimits kTriedLimits = {.memory_bytes = 64 << 20, .cpus = 0.5, .pids = 32};

const sys::CgroupHierarchy* hierarchy_of(const Hierarchies& found, std::string_view controller) {
  if (!found) return nullptr;
  for (const sys::CgroupHierarchy& hierarchy : *found) {
    if (std::ranges::find(hierarchy.controllers, controller) != hierarchy.controllers.end()) return &hierarchy;
  }
  return nullptr;
}

// The file that holds a limit, and what kTriedLimits makes of it.
struct Expected {
  std::string_view controller;
  int version;
  const char* file;
  const char* text;
};
constexpr Expected kExpected[] = {
    {"memory", 1, "memory.limit_in_bytes", "67108864"},
    {"memory", 2, "memory.max", "67108864"},
    {"pids", 1, "pids.max", "32"},
    {"pids", 2, "pids.max", "32"},
    {"cpu", 1, "cpu.cfs_quota_us", "50000"},
    {"cpu", 2, "cpu.max", "50000 100000"},
};

Result<void> read_back(const sys::Cgroup::Folder& folder) {
  for (const Expected& row : kExpected) {
    const auto& controllers = folder.hierarchy.controllers;
    if (row.version != folder.hierarchy.version ||
        std::ranges::find(controllers, row.controller) == controllers.end()) {
      continue;
    }
    const std::string path = folder.path / row.file;
    const auto text = small_file(path);
    if (text != row.text) {
      return fail(Errc::Unavailable,
                  fmt::format("'{}' was written to {}, which now holds '{}'", row.text, path, text.value_or("")));
    }
  }
  return {};
}

// The folder berth/ of each hierarchy, as far as it is not there yet: what to remove afterwards.
std::vector<std::filesystem::path> missing_parents(const std::vector<sys::CgroupHierarchy>& hierarchies) {
  std::vector<std::filesystem::path> missing;
  for (const sys::CgroupHierarchy& hierarchy : hierarchies) {
    const std::filesystem::path parent = hierarchy.place / "berth";
    std::error_code ignored;
    if (!std::filesystem::exists(parent, ignored)) missing.push_back(parent);
  }
  return missing;
}

}  // namespace

CheckResult judge_cgroups(const Hierarchies& found, bool root) {
  if (!found) {
    const char* remedy = "mount the cgroup hierarchies (systemd does), and start the kernel without cgroup_disable=";
    // An ordinary user can be told to go without (--allow-unlimited); root cannot.
    return root ? failure(found.error().message(), remedy) : warning(found.error().message(), remedy);
  }
  std::vector<std::string> parts;
  bool v1 = false;
  bool v2 = false;
  for (const sys::CgroupHierarchy& hierarchy : *found) {
    (hierarchy.version == 2 ? v2 : v1) = true;
    parts.push_back(fmt::format("{} at {}", fmt::join(hierarchy.controllers, "+"), hierarchy.place.native()));
  }
  return ok(fmt::format("version {}: {}", v1 && v2 ? "1 and 2" : (v2 ? "2" : "1"), listed(parts)));
}

Result<void> try_cgroup_limits(const std::vector<sys::CgroupHierarchy>& hierarchies) {
  const auto parents = missing_parents(hierarchies);
  Result<void> tried;
  {
    const auto group = sys::Cgroup::make(hierarchies, fmt::format("berth/doctor-{}", ::getpid()), kTriedLimits);
    if (!group) tried = std::unexpected(group.error());
    for (std::size_t i = 0; tried && i < group->folders().size(); ++i) tried = read_back(group->folders()[i]);
  }
  // Taken back only if nobody else has put a group there meanwhile: rmdir(2) refuses then.
  for (const auto& parent : parents) ::rmdir(parent.c_str());
  return tried;
}

CheckResult judge_cgroup_limits(const Hierarchies& found, const Result<void>& tried, bool root) {
  if (!found) return skipped("the controllers are not there: see 'cgroups'");
  if (tried) return ok("a group was made and limited in memory, processes and processors");
  if (!root) {
    return warning(tried.error().message(),
                   "have a group delegated ('systemd-run --user --scope -p Delegate=yes ...', cgroup version 2), or "
                   "run without limits");
  }
  return failure(tried.error().message(),
                 "let berth write to the cgroup hierarchies: mount them read-write, give the controllers to the top "
                 "group, and let no limit above stand in the way");
}

SwapFacts swap_facts(const Hierarchies& found) {
  SwapFacts facts;
  const std::string memory = small_file("/proc/meminfo").value_or("");
  for (const std::string_view line : lines_of(memory)) {
    const auto words = words_of(line);
    if (words.size() >= 2 && words[0] == "SwapTotal:") {
      facts.total_bytes = number_of<std::uint64_t>(words[1]).value_or(0) * 1024;
    }
  }
  const sys::CgroupHierarchy* memory_hierarchy = hierarchy_of(found, "memory");
  if (memory_hierarchy == nullptr) return facts;
  std::error_code ignored;
  if (memory_hierarchy->version == 1) {
    facts.accounted = std::filesystem::exists(memory_hierarchy->place / "memory.memsw.limit_in_bytes", ignored);
    return facts;
  }
  // The top group of version 2 has no limits of its own; any group below shows what groups have.
  for (const auto& entry : std::filesystem::directory_iterator(memory_hierarchy->place, ignored)) {
    if (!std::filesystem::exists(entry.path() / "memory.max", ignored)) continue;
    facts.accounted = std::filesystem::exists(entry.path() / "memory.swap.max", ignored);
    break;
  }
  return facts;
}

CheckResult judge_swap_accounting(const SwapFacts& facts) {
  if (facts.total_bytes == 0) return ok("this machine has no swap");
  const std::string swap = engine::bytes_text(facts.total_bytes) + " of swap";
  if (!facts.accounted) return skipped(swap + "; there is no group to look at");
  if (*facts.accounted) return ok(swap + " counts towards the limit of memory");
  return warning(swap + ", which the kernel does not count; calls are kept from swapping instead where it can be done",
                 "start the kernel with swapaccount=1, or switch swap off");
}

}  // namespace berth::doctor
