#include "berth/container/isolation_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "berth/base/unique_fd.h"
#include "berth/sys/kernel_text.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostBytes = 1 << 16;
constexpr std::array kNamespaces = {"mnt", "pid", "ipc", "uts", "net", "cgroup"};
constexpr std::size_t kPidNamespace = 1;
constexpr std::size_t kNetworkNamespace = 4;
constexpr int kMostLooks = 8;

// What a process may share with another one that is no thread of it (clone(2)).
constexpr struct {
  int kind;
  const char* name;
} kShareable[] = {{KCMP_VM, "memory"},
                  {KCMP_FILES, "table of descriptors"},
                  {KCMP_FS, "root and folder"},
                  {KCMP_SIGHAND, "signal handlers"}};

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

// Of the process or thread behind a folder of /proc.
using Namespaces = std::array<ino_t, kNamespaces.size()>;
Result<ino_t> namespace_of(const std::string& folder, const char* kind) {
  const std::string path = fmt::format("{}/ns/{}", folder, kind);
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::stat(path.c_str(), &status); }, "look at {}", path));
  return status.st_ino;
}

Result<Namespaces> namespaces_of(const std::string& folder) {
  const std::string path = folder + "/ns";
  BERTH_TRY(const int fd,
            sys::call([&] { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }, "open {}", path));
  const UniqueFd owner(fd);
  Namespaces all = {};
  for (std::size_t i = 0; i < all.size(); ++i) {
    struct stat status = {};
    const char* kind = kNamespaces[i];
    BERTH_CHECK_OK(sys::check([&] { return ::fstatat(fd, kind, &status, 0); }, "look at {}/{}", path, kind));
    all[i] = status.st_ino;
  }
  return all;
}

std::string folder_of(pid_t pid) { return fmt::format("/proc/{}", pid); }

std::set<std::string> threads_of(pid_t pid) {
  std::set<std::string> folders;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder_of(pid) + "/task", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    folders.insert(entry->path().native());
  }
  return folders;
}

std::unexpected<Error> not_isolated(std::string_view what) {
  return fail(Errc::Denied, fmt::format("a zygote's child is not isolated: {}", what));
}

Result<void> check_namespaces(const Namespaces& its, const Namespaces& others) {
  for (std::size_t i = 0; i < its.size(); ++i) {
    if (its[i] == others[i]) return not_isolated(fmt::format("its {} namespace is not its own", kNamespaces[i]));
  }
  return {};
}

// That which was made for it on the machine, where one was: any other may lead further.
Result<void> check_network(const Namespaces& its, int made) {
  if (made < 0) return {};
  struct stat status = {};
  BERTH_CHECK_OK(sys::check([&] { return ::fstat(made, &status); }, "look at a network namespace"));
  if (its[kNetworkNamespace] == status.st_ino) return {};
  return not_isolated("its net namespace is not the one that was made for it");
}

// Every thread has ids, capabilities, filters and namespaces of its own. Which threads there are is asked until there
// is none that was not looked at. `status` and `its` are those of the first one, whose number is the process's.
Result<void> check_threads(pid_t pid, const ShownChild& child, std::string_view status, const Namespaces& its) {
  BERTH_CHECK_OK(check_status(status, child.id, child.filters));
  std::set<std::string> seen = {fmt::format("{}/task/{}", folder_of(pid), pid)};
  for (int look = 0; look < kMostLooks; ++look) {
    bool is_news = false;
    for (const std::string& folder : threads_of(pid)) {
      if (!seen.insert(folder).second) continue;
      is_news = true;
      const auto of_thread = sys::read_kernel_file(folder + "/status", kMostBytes);
      const auto places = namespaces_of(folder);
      if (!of_thread || !places) continue;  // it has ended; if all of them have, the child has
      BERTH_CHECK_OK(check_status(*of_thread, child.id, child.filters));
      if (*places != its) return not_isolated("its threads are in different namespaces");
    }
    if (!is_news) return {};
  }
  return not_isolated("its threads come and go");
}

}  // namespace

Result<pid_t> pid_of(int pidfd) {
  BERTH_TRY(const std::string text, sys::read_kernel_file(fmt::format("/proc/self/fdinfo/{}", pidfd), kMostBytes));
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
  if (field(status, "TracerPid") != "0") return not_isolated("another process traces it");
  if (field(status, "NoNewPrivs") != "1") return not_isolated("it may gain privileges");
  if (field(status, "Seccomp") != "2") return not_isolated("it has no system call filter");
  // Kernels before 5.9 do not count them.
  const auto count = field(status, "Seccomp_filters");
  if (count && number_in<unsigned>(*count).value_or(0) < filters)
    return not_isolated("a system call filter is missing");
  return {};
}

Result<void> check_depth(std::string_view init, std::string_view reaper, std::string_view script) {
  // Its number in every pid namespace that it is in, the innermost last.
  const auto depth = [](std::string_view status) {
    return std::ranges::count(field(status, "NSpid").value_or(""), '\t');
  };
  const std::string_view numbers = field(reaper, "NSpid").value_or("");
  if (!numbers.ends_with("\t1")) return not_isolated("what holds its pid namespace is not the first process there");
  if (depth(reaper) != depth(init) + 1 || depth(script) != depth(reaper)) {
    return not_isolated("its pid namespace is not one below that of the container");
  }
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
  BERTH_TRY(const std::string text, sys::read_kernel_file(fmt::format("/proc/{}/cgroup", pid), kMostBytes));
  return check_groups(text, name, hierarchies);
}

Result<void> check_shares_nothing(pid_t pid, pid_t other) {
  for (const auto& [kind, name] : kShareable) {
    const auto compared = sys::call([&] { return ::syscall(SYS_kcmp, pid, other, kind, 0, 0); },
                                    "compare processes {} and {}", pid, other);
    if (!compared && compared.error().os_error() == ESRCH) return {};
    if (!compared) return std::unexpected(compared.error());
    if (*compared == 0) return not_isolated(fmt::format("its {} is another process's as well", name));
  }
  return {};
}

Result<unsigned> filters_of_this_process() {
  BERTH_TRY(const std::string status, sys::read_kernel_file("/proc/self/status", kMostBytes));
  const auto count = field(status, "Seccomp_filters");
  return count ? number_in<unsigned>(*count).value_or(0) : 0;
}

Result<void> check_isolation(const ShownChild& child) {
  BERTH_TRY(const pid_t pid, pid_of(child.script));
  BERTH_TRY(const pid_t reaper, pid_of(child.reaper));
  BERTH_TRY(const std::string of_init, sys::read_kernel_file(folder_of(child.init) + "/status", kMostBytes));
  BERTH_TRY(const std::string of_reaper, sys::read_kernel_file(folder_of(reaper) + "/status", kMostBytes));
  BERTH_TRY(const std::string of_script, sys::read_kernel_file(folder_of(pid) + "/status", kMostBytes));
  BERTH_CHECK_OK(check_depth(of_init, of_reaper, of_script));
  BERTH_TRY(const Namespaces its, namespaces_of(folder_of(pid)));
  BERTH_TRY(const Namespaces reapers, namespaces_of(folder_of(reaper)));
  if (its[kPidNamespace] != reapers[kPidNamespace]) return not_isolated("it would outlive the first process shown");
  BERTH_CHECK_OK(check_threads(pid, child, of_script, its));
  BERTH_TRY(const Namespaces ours, namespaces_of("/proc/self"));
  BERTH_CHECK_OK(check_namespaces(its, ours));
  BERTH_TRY(const Namespaces of_container, namespaces_of(folder_of(child.init)));
  BERTH_CHECK_OK(check_namespaces(its, of_container));
  BERTH_CHECK_OK(check_network(its, child.network));
  BERTH_TRY(const ino_t users, namespace_of(folder_of(pid), "user"));
  BERTH_TRY(const ino_t users_of_container, namespace_of(folder_of(child.init), "user"));
  if (users != users_of_container) return not_isolated("its user namespace is not that of the container");
  for (const pid_t other : child.others) {
    if (other == pid) continue;  // one that has been waited for, whose number it has got
    BERTH_CHECK_OK(check_shares_nothing(pid, other));
    auto theirs = other == child.init ? Result<Namespaces>(of_container)
                  : other == reaper   ? Result<Namespaces>(reapers)
                                      : namespaces_of(folder_of(other));
    if (!theirs) continue;  // it has ended
    // The reaper is one of the zygote's, and shares but this with its child.
    if (other == reaper) (*theirs)[kPidNamespace] = 0;
    BERTH_CHECK_OK(check_namespaces(its, *theirs));
  }
  // Numbers are given to others once a process has been waited for, and not before.
  BERTH_CHECK_OK(pid_of(child.script));
  BERTH_CHECK_OK(pid_of(child.reaper));
  return {};
}

}  // namespace berth::container
