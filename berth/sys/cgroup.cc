#include "berth/sys/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <sstream>

#include "berth/sys/cgroup_members.h"
#include "berth/sys/cgroup_memory.h"
#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/file.h"
#include "berth/sys/kernel_text.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kSmallFile = 1 << 16;

Result<void> write_value(const std::filesystem::path& file, const std::string& value) {
  BERTH_TRY(int fd, call([&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", file.native()));
  const UniqueFd owner(fd);
  return check([&] { return ::write(fd, value.data(), value.size()); }, "write '{}' to {}", value, file.native());
}

std::optional<std::uint64_t> read_number(const std::filesystem::path& file, std::string_view key = {}) {
  const KernelText read(file.c_str());
  return read.text().empty() ? std::nullopt : number_in(read.text(), key);
}

// Writes the limit and reads it back: the kernel rounds to what it can hold, and never up.
Result<void> set_limit(const std::filesystem::path& file, std::uint64_t limit, std::string_view after = {}) {
  BERTH_TRY(int fd, call([&] { return ::open(file.c_str(), O_RDWR | O_CLOEXEC); }, "open {}", file.native()));
  const UniqueFd owner(fd);
  const std::string value = fmt::format("{}{}", limit, after);
  BERTH_CHECK_OK(
      check([&] { return ::write(fd, value.data(), value.size()); }, "write '{}' to {}", value, file.native()));
  std::array<char, 64> text;
  BERTH_TRY(const int size, call([&] { return ::pread(fd, text.data(), text.size(), 0); }, "read {}", file.native()));
  const auto holds = number_in({text.data(), static_cast<std::size_t>(size)});
  if (holds && *holds <= limit) return {};
  return fail(Errc::Unavailable, fmt::format("set the limit {} in {}: {} is what it reads afterwards", limit,
                                             file.native(), holds ? std::to_string(*holds) : std::string("no number")));
}

Result<void> limit_memory(const std::filesystem::path& folder, bool v2, std::uint64_t bytes) {
  BERTH_CHECK_OK(set_limit(folder / (v2 ? "memory.max" : "memory.limit_in_bytes"), bytes));
  // Kernels without swap accounting have no such file; without accounting a swapping group could exceed its limit by
  // what is swapped, so swapping is then turned off for it.
  auto swap = v2 ? set_limit(folder / "memory.swap.max", 0) : set_limit(folder / "memory.memsw.limit_in_bytes", bytes);
  if (!swap && swap.error().code() != Errc::NotFound) return swap;
  if (!swap && !v2) return set_limit(folder / "memory.swappiness", 0);
  return {};
}

Result<void> set_limits(const std::filesystem::path& folder, const CgroupHierarchy& hierarchy,
                        const CgroupLimits& limits) {
  const bool v2 = hierarchy.version == 2;
  constexpr std::uint64_t kPeriodMicroseconds = 100'000;
  const auto quota = static_cast<std::uint64_t>(std::llround(limits.cpus * kPeriodMicroseconds));
  for (const std::string& controller : hierarchy.controllers) {
    if (controller == "pids") {
      BERTH_CHECK_OK(set_limit(folder / "pids.max", limits.pids));
    } else if (controller == "cpu" && v2) {
      BERTH_CHECK_OK(set_limit(folder / "cpu.max", quota, fmt::format(" {}", kPeriodMicroseconds)));
    } else if (controller == "cpu") {
      BERTH_CHECK_OK(set_limit(folder / "cpu.cfs_period_us", kPeriodMicroseconds));
      BERTH_CHECK_OK(set_limit(folder / "cpu.cfs_quota_us", quota));
    } else if (controller == "memory") {
      BERTH_CHECK_OK(limit_memory(folder, v2, limits.memory_bytes));
    }
  }
  return {};
}

bool passes_on(const std::filesystem::path& group, const std::string& controller) {
  const auto text = read_file(group / "cgroup.subtree_control", kSmallFile);
  if (!text) return false;
  std::istringstream words(*text);
  return std::find(std::istream_iterator<std::string>(words), {}, controller) != std::istream_iterator<std::string>();
}

// Version 2: groups have a controller only where every group above them passes it on, and but for the top one a group
// that does holds no process. So a process of ours that stands in `group` moves to a group below it first.
Result<void> pass_on(const std::filesystem::path& group, const std::vector<std::string>& controllers, bool holds_us) {
  const std::filesystem::path file = group / "cgroup.subtree_control";
  for (const std::string& controller : controllers) {
    if (passes_on(group, controller)) continue;
    auto written = write_value(file, "+" + controller);
    if (!written && written.error().os_error() == EBUSY && holds_us) {
      const std::filesystem::path aside = group / kAsideName;
      BERTH_CHECK_OK(make_folders(aside, 0755));
      BERTH_CHECK_OK(write_value(aside / "cgroup.procs", "0"));
      written = write_value(file, "+" + controller);
    }
    if (!written && written.error().os_error() == EBUSY) {
      return fail(Errc::Unavailable,
                  fmt::format("pass controller '{}' on in {}: the group holds {} other processes, and a group that "
                              "passes controllers on holds none; move them to a group below it, or start it in a "
                              "group of its own (systemd-run --scope -p Delegate=yes berth ...)",
                              controller, file.native(), members_of(group).size()));
    }
    BERTH_CHECK_OK(std::move(written));
    if (!passes_on(group, controller)) {
      return fail(Errc::Unavailable, fmt::format("pass controller '{}' on in {}: it was written, and is not there",
                                                 controller, file.native()));
    }
  }
  return {};
}

// A new group weighs as much as one process beside it, so that on a busy machine all calls together would get the time
// of one. What holds our groups weighs as much as there are processors: every core may run one of our calls. A weight
// that an operator sets stays, because only a new group is given one.
Result<void> make_parent(const CgroupHierarchy& hierarchy, const std::filesystem::path& parent) {
  const bool is_new = ::access(parent.c_str(), F_OK) != 0;
  BERTH_CHECK_OK(make_folders(parent, 0755));
  if (!is_new || std::ranges::find(hierarchy.controllers, "cpu") == hierarchy.controllers.end()) return {};
  const long processors = std::clamp(::sysconf(_SC_NPROCESSORS_ONLN), 1L, 100L);
  if (hierarchy.version == 2) return write_value(parent / "cpu.weight", std::to_string(100 * processors));
  return write_value(parent / "cpu.shares", std::to_string(1024 * processors));
}

Result<void> make_ready(const CgroupHierarchy& hierarchy, const std::filesystem::path& parent) {
  if (hierarchy.version != 2) return {};
  BERTH_CHECK_OK(pass_on(hierarchy.place, hierarchy.controllers, hierarchy.holds_us));
  if (parent == hierarchy.place) return {};
  BERTH_CHECK_OK(make_parent(hierarchy, parent));
  return pass_on(parent, hierarchy.controllers, false);
}

// Adds what group folder `path` of `hierarchy` counts.
void add_usage(const std::filesystem::path& path, const CgroupHierarchy& hierarchy, CgroupUsage& usage) {
  const bool v2 = hierarchy.version == 2;
  for (const std::string& controller : hierarchy.controllers) {
    if (controller == "memory") {
      if (const auto peak = read_number(path / (v2 ? "memory.peak" : "memory.max_usage_in_bytes"))) {
        usage.peak_memory_bytes = peak;
      }
      usage.oom_kills += read_number(path / (v2 ? "memory.events" : "memory.oom_control"), "oom_kill").value_or(0);
    } else if (controller == "pids") {
      usage.refused_forks += read_number(path / "pids.events", "max").value_or(0);
    } else if (const auto ns = v2 ? std::nullopt : read_number(path / "cpuacct.usage")) {
      usage.cpu_time = std::chrono::nanoseconds(*ns);
    }
  }
  // Counted in every group of version 2, whatever its controllers.
  if (const auto us = v2 ? read_number(path / "cpu.stat", "usage_usec") : std::nullopt) {
    usage.cpu_time = std::chrono::microseconds(*us);
  }
}

void nap() {
  const timespec pause = {0, 2'000'000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace

Result<std::vector<CgroupHierarchy>> find_hierarchies() {
  BERTH_TRY(const std::string mountinfo, read_file("/proc/self/mountinfo", 8 << 20));
  BERTH_TRY(const std::string own_groups, read_file("/proc/self/cgroup", kSmallFile));
  CgroupLayout layout = choose_layout(mountinfo, own_groups, look_at_group);
  if (!layout.lacks.empty()) {
    std::string why;
    for (const CgroupLack& lack : layout.lacks) why += fmt::format("; '{}': {}", lack.controller, lack.why);
    return fail(Errc::Unavailable,
                "find the cgroup controllers memory, pids and cpu, without which limits could not be "
                "enforced" +
                    why);
  }
  // Now, while this process has no other: those that it starts would stand in its way.
  for (const CgroupHierarchy& hierarchy : layout.hierarchies) {
    BERTH_CHECK_OK(make_ready(hierarchy, hierarchy.place));
  }
  return std::move(layout.hierarchies);
}

Result<Cgroup> Cgroup::make(const std::vector<CgroupHierarchy>& hierarchies, const std::string& name,
                            const CgroupLimits& limits) {
  Cgroup cgroup;
  for (const CgroupHierarchy& hierarchy : hierarchies) {
    BERTH_CHECK_OK(cgroup.make_in(hierarchy, name, limits).context([&] {
      return fmt::format("make cgroup '{}' for {}", name, fmt::join(hierarchy.controllers, ", "));
    }));
  }
  return cgroup;
}

Result<void> Cgroup::make_in(const CgroupHierarchy& hierarchy, const std::string& name, const CgroupLimits& limits) {
  const std::filesystem::path folder = hierarchy.place / name;
  const std::filesystem::path parent = folder.parent_path();
  BERTH_CHECK_OK(make_ready(hierarchy, parent));
  auto made = check([&] { return ::mkdir(folder.c_str(), 0755); }, "make folder {}", folder.native());
  if (!made && made.error().code() == Errc::NotFound) {
    BERTH_CHECK_OK(make_parent(hierarchy, parent));
    made = check([&] { return ::mkdir(folder.c_str(), 0755); }, "make folder {}", folder.native());
  }
  BERTH_CHECK_OK(std::move(made));
  folders_.push_back({folder, hierarchy});
  BERTH_CHECK_OK(set_limits(folder, hierarchy, limits));
  if (hierarchy.version == 2) {
    BERTH_TRY(v2_folder_, open_folder(folder));
    return {};
  }
  const std::filesystem::path tasks = folder / "tasks";
  BERTH_TRY(int fd, call([&] { return ::open(tasks.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", tasks.native()));
  task_files_.emplace_back(fd);
  return {};
}

Cgroup::~Cgroup() {
  for (const Folder& folder : folders_) remove_cgroup(folder.path);
}

std::optional<int> Cgroup::v2_folder() const {
  if (!v2_folder_) return std::nullopt;
  return v2_folder_.get();
}

CgroupUsage usage_of(const std::vector<CgroupHierarchy>& groups) {
  CgroupUsage usage;
  for (const CgroupHierarchy& group : groups) add_usage(group.place, group, usage);
  return usage;
}

Result<CgroupUsage> Cgroup::usage() const {
  CgroupUsage usage;
  for (const auto& [path, hierarchy] : folders_) add_usage(path, hierarchy, usage);
  return usage;
}

std::optional<std::uint64_t> Cgroup::memory_bytes_now() const {
  for (const auto& [path, hierarchy] : folders_) {
    if (const auto bytes = sys::memory_bytes_now(path, hierarchy)) return bytes;
  }
  return std::nullopt;
}

Result<void> Cgroup::kill_all_but(pid_t spared) {
  for (int attempt = 0; attempt < 2500; ++attempt) {
    int members = 0;
    for (const Folder& folder : folders_) members += kill_members([&] { return members_of(folder.path); }, spared);
    if (members == 0) return {};
    nap();
  }
  return fail(Errc::TimedOut, "end the processes of a container: some did not die within 5 s");
}

Result<void> Cgroup::remove() {
  for (const Folder& folder : folders_) {
    if (!remove_cgroup(folder.path)) {
      return fail(Errc::Unavailable, fmt::format("remove cgroup '{}': a process in it does not die; it is swept by the "
                                                 "next start",
                                                 folder.path.native()));
    }
  }
  folders_.clear();
  return {};
}

bool remove_cgroup(const std::filesystem::path& path) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return true;
    if (!kill_group(path)) kill_members([&] { return members_of(path); }, -1);
    nap();
  }
  return false;
}

bool remove_cgroup_family(const std::filesystem::path& path) {
  const std::string beginning = path.filename().native() + "-";
  bool all_gone = true;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(path.parent_path(), error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path group = entry->path();
    if (group.filename().native().starts_with(beginning)) all_gone = remove_cgroup(group) && all_gone;
  }
  return remove_cgroup(path) && all_gone;
}

}  // namespace berth::sys
