#include "berth/probe/host_look.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <thread>

#include "berth/sys/syscall.h"

namespace berth::probe {
namespace {

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Those that still run: whoever has ended is reaped first.
std::string children() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  return text_of_file(fmt::format("/proc/self/task/{}/children", ::getpid()));
}

std::size_t kibibytes_of(std::string_view status, std::string_view name) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  status.remove_prefix(status.find_first_of("0123456789", at));
  std::size_t value = 0;
  std::from_chars(status.data(), status.data() + status.size(), value);
  return value;
}

}  // namespace

Result<HostLook> HostLook::take(std::filesystem::path runtime) {
  BERTH_TRY(auto hierarchies, sys::find_hierarchies());
  BERTH_CHECK_OK(
      sys::check([] { return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }, "become the parent of orphans"));
  const std::size_t mounts = count_mounts(runtime);
  return HostLook(std::move(runtime), std::move(hierarchies), mounts);
}

std::size_t HostLook::count_mounts(const std::filesystem::path& runtime) {
  const std::string all = " " + runtime.native() + "/";
  const std::string roots = all + "roots/";
  std::ifstream file("/proc/self/mountinfo");
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.find(all) != std::string::npos && line.find(roots) == std::string::npos) ++count;
  }
  return count;
}

std::vector<std::string> HostLook::look(const std::vector<std::string>& ids) const {
  std::vector<std::string> left;
  if (const std::string pids = children(); !pids.empty()) left.push_back("processes " + pids);
  if (const std::size_t now = count_mounts(runtime_); now > mounts_) {
    left.push_back(fmt::format("{} mounts more than before", now - mounts_));
  }
  for (const std::string& id : ids) {
    for (const auto& hierarchy : hierarchies_) {
      const auto group = hierarchy.place / "berth" / id;
      if (std::error_code ignored; std::filesystem::exists(group, ignored)) left.push_back("cgroup " + group.native());
    }
  }
  std::error_code ignored;
  for (const auto& lease : std::filesystem::directory_iterator(runtime_ / "leases", ignored)) {
    if (std::ranges::find(ids, text_of_file(lease)) != ids.end()) left.push_back("lease " + lease.path().native());
  }
  return left;
}

std::vector<std::string> HostLook::left_of(const std::vector<std::string>& ids) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  for (;;) {
    std::vector<std::string> left = look(ids);
    if (left.empty() || std::chrono::steady_clock::now() > end) return left;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void start_memory_peak() { std::ofstream("/proc/self/clear_refs") << '5'; }

OwnMemory own_memory() {
  const std::string status = text_of_file("/proc/self/status");
  return {kibibytes_of(status, "VmRSS:") * 1024, kibibytes_of(status, "VmHWM:") * 1024};
}

}  // namespace berth::probe
