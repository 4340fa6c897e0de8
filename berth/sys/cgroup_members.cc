#include "berth/sys/cgroup_members.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "berth/base/unique_fd.h"
#include "berth/sys/kernel_text.h"

namespace berth::sys {
namespace {

constexpr std::size_t kMostHeld = 256;  // descriptors at once: a round that finds more is followed by another

}  // namespace

std::vector<pid_t> members_of(const std::filesystem::path& group) {
  std::vector<pid_t> pids;
  const auto text = read_kernel_file(group / "cgroup.procs", 1 << 20);
  if (!text) return pids;
  for (std::string_view rest = *text; !rest.empty();) {
    pid_t pid = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
    if (error == std::errc()) pids.push_back(pid);
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  }
  return pids;
}

int kill_members(const std::function<std::vector<pid_t>()>& read, pid_t spared) {
  std::vector<pid_t> first = read();
  std::erase_if(first, [&](pid_t pid) { return pid == spared; });
  if (first.empty()) return 0;
  std::vector<std::pair<pid_t, UniqueFd>> held;
  for (const pid_t pid : first) {
    if (held.size() == kMostHeld) break;
    if (pid <= 1) continue;
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd) held.emplace_back(pid, std::move(pidfd));
  }
  const std::vector<pid_t> second = read();
  for (const auto& [pid, pidfd] : held) {
    if (std::ranges::find(second, pid) == second.end()) continue;
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
  }
  return static_cast<int>(first.size());
}

bool kill_group(const std::filesystem::path& group) {
  const UniqueFd file(::open((group / "cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), "1", 1) == 1;
}

}  // namespace berth::sys
