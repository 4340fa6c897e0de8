#include "berth/container/isolation_check.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostBytes = 1 << 16;
constexpr const char* kNamespaces[] = {"mnt", "pid", "ipc", "uts", "net", "cgroup"};

// What stands after "KEY:" and blanks in a text of lines.
std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    line.remove_prefix(key.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

Result<ino_t> namespace_of(pid_t pid, const char* kind) {
  const std::string path = fmt::format("/proc/{}/ns/{}", pid, kind);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::stat(path.c_str(), &status); }, "look at {}", path));
  return status.st_ino;
}

std::unexpected<Error> not_isolated(std::string_view what) {
  return fail(Errc::Denied, fmt::format("a zygote's child is not isolated: {}", what));
}

}  // namespace

Result<pid_t> pid_of(int pidfd) {
  BERTH_TRY(const std::string text, sys::read_file(fmt::format("/proc/self/fdinfo/{}", pidfd), kMostBytes));
  const auto pid = field(text, "Pid");
  const auto number = pid ? number_in<pid_t>(*pid) : std::nullopt;
  if (!number || *number <= 0) return fail(Errc::Unavailable, "the zygote's child has ended");
  return *number;
}

Result<void> check_status(std::string_view status, std::uint32_t id, unsigned filters) {
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    if (field(status, set) != "0000000000000000") return not_isolated(fmt::format("{} is not empty", set));
  }
  for (const char* ids : {"Uid", "Gid"}) {
    if (field(status, ids) != fmt::format("{0}\t{0}\t{0}\t{0}", id))
      return not_isolated(fmt::format("{} is not {}", ids, id));
  }
  if (const auto groups = field(status, "Groups");
      !groups || groups->find_first_not_of(' ') != std::string_view::npos) {
    return not_isolated("it has groups");
  }
  if (field(status, "NoNewPrivs") != "1") return not_isolated("it may gain privileges");
  if (field(status, "Seccomp") != "2") return not_isolated("it has no system call filter");
  // Kernels before 5.9 do not count them.
  const auto count = field(status, "Seccomp_filters");
  if (count && number_in<unsigned>(*count).value_or(0) < filters)
    return not_isolated("a system call filter is missing");
  return {};
}

Result<void> check_groups(std::string_view text, std::string_view name, std::size_t hierarchies) {
  const std::string end = "/" + std::string(name);
  std::size_t found = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with(end)) ++found;
  }
  if (found < hierarchies) return not_isolated("it is not in its own cgroup");
  return {};
}

Result<void> check_membership(pid_t pid, std::string_view name, std::size_t hierarchies) {
  BERTH_TRY(const std::string text, sys::read_file(fmt::format("/proc/{}/cgroup", pid), kMostBytes));
  return check_groups(text, name, hierarchies);
}

Result<unsigned> filters_of_this_process() {
  BERTH_TRY(const std::string status, sys::read_file("/proc/self/status", kMostBytes));
  const auto count = field(status, "Seccomp_filters");
  return count ? number_in<unsigned>(*count).value_or(0) : 0;
}

Result<void> check_isolation(pid_t pid, pid_t zygote, std::uint32_t id, unsigned filters) {
  BERTH_TRY(const std::string status, sys::read_file(fmt::format("/proc/{}/status", pid), kMostBytes));
  BERTH_CHECK_OK(check_status(status, id, filters));
  for (const char* kind : kNamespaces) {
    BERTH_TRY(const ino_t its, namespace_of(pid, kind));
    BERTH_TRY(const ino_t zygotes, namespace_of(zygote, kind));
    BERTH_TRY(const ino_t ours, namespace_of(::getpid(), kind));
    if (its == zygotes || its == ours) return not_isolated(fmt::format("its {} namespace is not its own", kind));
  }
  return {};
}

}  // namespace berth::container
