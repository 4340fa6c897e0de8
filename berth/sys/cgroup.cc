#include "berth/sys/cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::array<std::string_view, 3> kNeeded = {"memory", "pids", "cpu"};
constexpr std::size_t kSmallFile = 1 << 16;

std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

// A path as mountinfo writes it: blanks, tabs, line feeds and backslashes as three octal digits.
std::filesystem::path path_of(std::string_view escaped) {
  std::string path;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    int code = 0;
    const char* digits = escaped.data() + at + 1;
    if (escaped[at] == '\\' && escaped.size() - at > 3 &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      path += static_cast<char>(code);
      at += 3;
    } else {
      path += escaped[at];
    }
  }
  return path;
}

bool holds(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Result<void> write_value(const std::filesystem::path& file, const std::string& value) {
  BERTH_TRY(int fd, call([&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", file.native()));
  const UniqueFd owner(fd);
  return check([&] { return ::write(fd, value.data(), value.size()); }, "write '{}' to {}", value, file.native());
}

Result<void> set_limits(const std::filesystem::path& folder, const CgroupHierarchy& hierarchy,
                        const CgroupLimits& limits) {
  const bool v2 = hierarchy.version == 2;
  constexpr std::uint64_t kPeriodMicroseconds = 100'000;
  const auto quota = static_cast<std::uint64_t>(std::llround(limits.cpus * kPeriodMicroseconds));
  for (const std::string& controller : hierarchy.controllers) {
    if (controller == "pids") {
      BERTH_CHECK_OK(write_value(folder / "pids.max", std::to_string(limits.pids)));
    } else if (controller == "cpu" && v2) {
      BERTH_CHECK_OK(write_value(folder / "cpu.max", fmt::format("{} {}", quota, kPeriodMicroseconds)));
    } else if (controller == "cpu") {
      BERTH_CHECK_OK(write_value(folder / "cpu.cfs_period_us", std::to_string(kPeriodMicroseconds)));
      BERTH_CHECK_OK(write_value(folder / "cpu.cfs_quota_us", std::to_string(quota)));
    } else if (controller == "memory") {
      const std::string bytes = std::to_string(limits.memory_bytes);
      BERTH_CHECK_OK(write_value(folder / (v2 ? "memory.max" : "memory.limit_in_bytes"), bytes));
      // Kernels without swap accounting have no such file; without accounting a swapping group could exceed its
      // limit by what is swapped, so swapping is then turned off for it.
      auto swap = v2 ? write_value(folder / "memory.swap.max", "0")
                     : write_value(folder / "memory.memsw.limit_in_bytes", bytes);
      if (!swap && swap.error().code() != Errc::NotFound) return swap;
      if (!swap && !v2) BERTH_CHECK_OK(write_value(folder / "memory.swappiness", "0"));
    }
  }
  return {};
}

// The number after `key` in a file of "key number" lines, or the number that is the whole file.
std::optional<std::uint64_t> read_number(const std::filesystem::path& file, std::string_view key = {}) {
  const auto text = read_file(file, kSmallFile);
  if (!text) return std::nullopt;
  for (std::string_view line : words_of(*text, '\n')) {
    if (!key.empty()) {
      if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') continue;
      line.remove_prefix(key.size() + 1);
    }
    std::uint64_t number = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), number).ec == std::errc()) return number;
  }
  return std::nullopt;
}

void nap() {
  const timespec pause = {0, 2'000'000};
  ::nanosleep(&pause, nullptr);
}

// Sends SIGKILL to the processes of the group at `path`, but not to `spared`; how many there were.
int kill_members(const std::filesystem::path& path, pid_t spared) {
  int members = 0;
  const auto pids = read_file(path / "cgroup.procs", 1 << 20);
  if (!pids) return 0;
  for (const std::string_view line : words_of(*pids, '\n')) {
    pid_t pid = 0;
    std::from_chars(line.data(), line.data() + line.size(), pid);
    if (pid <= 1 || pid == spared) continue;
    ++members;
    ::kill(pid, SIGKILL);  // the group is ours alone, so whoever is in it is ours
  }
  return members;
}

}  // namespace

Result<std::vector<CgroupHierarchy>> choose_hierarchies(std::string_view mountinfo, std::string_view v2_controllers) {
  // mountinfo (proc(5)): id parent major:minor root mount-point options ... - type source super-options
  std::vector<CgroupHierarchy> found;
  std::vector<std::string_view> missing(kNeeded.begin(), kNeeded.end());
  for (const std::string_view line : words_of(mountinfo, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = words_of(line.substr(0, dash), ' ');
    const auto after = words_of(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3 || (after[0] != "cgroup" && after[0] != "cgroup2")) continue;
    const bool v2 = after[0] == "cgroup2";
    const auto available = v2 ? words_of(v2_controllers, ' ') : words_of(after[2], ',');
    CgroupHierarchy hierarchy{path_of(before[4]), v2 ? 2 : 1, {}};
    std::erase_if(missing, [&](std::string_view controller) {
      if (!holds(available, controller)) return false;
      hierarchy.controllers.emplace_back(controller);
      return true;
    });
    if (!hierarchy.controllers.empty()) found.push_back(std::move(hierarchy));
  }
  if (!missing.empty()) {
    return fail(Errc::Unavailable,
                fmt::format("find the cgroup controllers memory, pids and cpu: '{}' is in no mounted hierarchy; "
                            "limits could not be enforced",
                            missing.front()));
  }
  return found;
}

Result<std::vector<CgroupHierarchy>> find_hierarchies() {
  BERTH_TRY(const std::string mountinfo, read_file("/proc/self/mountinfo", 8 << 20));
  std::string v2_controllers;
  // Where a version 2 hierarchy stands is a convention; anywhere else its root file tells the same.
  for (const char* file : {"/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/unified/cgroup.controllers"}) {
    if (auto text = read_file(file, kSmallFile)) v2_controllers = text->substr(0, text->find('\n'));
  }
  return choose_hierarchies(mountinfo, v2_controllers);
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
  const std::filesystem::path folder = hierarchy.mount / name;
  const std::filesystem::path parent = folder.parent_path();
  if (hierarchy.version == 2) {
    // Children have a controller only where every group above them passes it on.
    const std::string passed_on = fmt::format("+{}", fmt::join(hierarchy.controllers, " +"));
    BERTH_CHECK_OK(write_value(hierarchy.mount / "cgroup.subtree_control", passed_on));
    BERTH_CHECK_OK(make_folders(parent, 0755));
    if (parent != hierarchy.mount) BERTH_CHECK_OK(write_value(parent / "cgroup.subtree_control", passed_on));
  }
  auto made = check([&] { return ::mkdir(folder.c_str(), 0755); }, "make folder {}", folder.native());
  if (!made && made.error().code() == Errc::NotFound) {
    BERTH_CHECK_OK(make_folders(parent, 0755));
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

Result<CgroupUsage> Cgroup::usage() const {
  CgroupUsage usage;
  for (const auto& [path, hierarchy] : folders_) {
    const bool v2 = hierarchy.version == 2;
    for (const std::string& controller : hierarchy.controllers) {
      if (controller == "memory") {
        usage.peak_memory_bytes = read_number(path / (v2 ? "memory.peak" : "memory.max_usage_in_bytes"));
        usage.oom_kills = read_number(path / (v2 ? "memory.events" : "memory.oom_control"), "oom_kill").value_or(0);
      } else if (controller == "pids") {
        usage.refused_forks = read_number(path / "pids.events", "max").value_or(0);
      }
    }
  }
  return usage;
}

Result<void> Cgroup::kill_all_but(pid_t spared) {
  for (int attempt = 0; attempt < 2500; ++attempt) {
    int members = 0;
    for (const Folder& folder : folders_) members += kill_members(folder.path, spared);
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
    kill_members(path, 0);
    nap();
  }
  return false;
}

}  // namespace berth::sys
