#include "berth/container/cpu_time.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "berth/sys/kernel_text.h"

namespace berth::container {
namespace {

// The number at the start of `text`, which is cut off it with the character behind it.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  text.remove_prefix(static_cast<std::size_t>(std::min(stop + 1, end) - begin));
  return number;
}

// Of the children that `pid` has waited for: fields 16 and 17 of its stat file (proc(5)), in clock ticks.
std::chrono::nanoseconds time_of_children(pid_t pid) {
  const sys::KernelText read(fmt::format("/proc/{}/stat", pid).c_str());
  const std::string_view stat = read.text();
  if (stat.empty()) return {};
  // The second field, the name, may hold blanks and brackets; the last bracket ends it.
  std::string_view rest = stat.substr(std::min(stat.rfind(')') + 2, stat.size()));
  for (int field = 3; field < 16 && !rest.empty(); ++field)
    rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
  const std::int64_t user = take_number(rest);
  return std::chrono::seconds(user + take_number(rest)) / ::sysconf(_SC_CLK_TCK);
}

}  // namespace

std::chrono::nanoseconds cpu_time_of_alone(pid_t process) {
  // The clock of another process, as clock_getcpuclockid(3) makes it.
  const auto clock = static_cast<clockid_t>(~static_cast<unsigned>(process) << 3 | 2);
  timespec own = {};
  if (::clock_gettime(clock, &own) != 0) return {};
  return std::chrono::seconds(own.tv_sec) + std::chrono::nanoseconds(own.tv_nsec);
}

std::chrono::nanoseconds cpu_time_of(const std::vector<pid_t>& processes) {
  std::chrono::nanoseconds used = {};
  for (const pid_t process : processes) used += cpu_time_of_alone(process) + time_of_children(process);
  return used;
}

std::chrono::nanoseconds cpu_time_of_members(const std::filesystem::path& cgroup, pid_t spared) {
  const auto members = sys::read_kernel_file(cgroup / "cgroup.procs", 1 << 20);
  std::vector<pid_t> processes;
  if (!members) return {};
  for (std::string_view rest = *members; !rest.empty();) {
    const auto pid = static_cast<pid_t>(take_number(rest));
    if (pid > 0 && pid != spared) processes.push_back(pid);
  }
  return cpu_time_of(processes);
}

}  // namespace berth::container
