#include "berth/container/standing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::pair<const char*, int> kNamespaces[] = {
    {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},       {"net", CLONE_NEWNET},
    {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP},
};

Result<int> namespaces_of(pid_t pid) {
  int flags = 0;
  for (const auto& [name, flag] : kNamespaces) {
    struct stat own = {};
    struct stat theirs = {};
    const std::string at = fmt::format("/proc/{}/ns/{}", pid, name);
    BERTH_CHECK_OK(sys::check([&] { return ::stat(fmt::format("/proc/self/ns/{}", name).c_str(), &own); },
                              "look at the own {} namespace", name));
    BERTH_CHECK_OK(sys::check([&] { return ::stat(at.c_str(), &theirs); }, "look at '{}'", at));
    if (own.st_ino != theirs.st_ino) flags |= flag;
  }
  return flags;
}

Result<std::vector<UniqueFd>> open_task_files(const KeptContainer& container) {
  std::vector<UniqueFd> files;
  for (const auto& folder : container.cgroups) {
    const std::string v1 = folder / "tasks";
    const std::string path = ::access(v1.c_str(), F_OK) == 0 ? v1 : (folder / "cgroup.procs").native();
    BERTH_TRY(const int fd, sys::call([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }, "open '{}'", path));
    files.emplace_back(fd);
  }
  return files;
}

}  // namespace

Result<Standing> look_at(const KeptContainer& container) {
  Standing standing;
  const auto gone = [&] {
    return fail(Errc::NotFound,
                fmt::format("container {} stands no more; 'berth prune' removes what is left of it", container.id));
  };
  if (!is_standing(container)) return gone();
  const auto open = [&] { return ::syscall(SYS_pidfd_open, container.pid, 0); };
  BERTH_TRY(const int init, sys::call(open, "pidfd_open {}", container.pid));
  standing.init.reset(init);
  auto root = sys::open_place(fmt::format("/proc/{}/root", container.pid));
  // One that has ended, and that nobody has waited for yet, has no files.
  if (!root && root.error().code() == Errc::NotFound) return gone();
  if (!root) return std::unexpected(std::move(root).error());
  standing.root = *std::move(root);
  BERTH_TRY(standing.namespaces, namespaces_of(container.pid));
  // Compared after opening: all of it is the container's.
  if (!is_standing(container)) return gone();
  BERTH_TRY(standing.tasks, open_task_files(container));
  return standing;
}

bool has_shell(const Standing& standing, std::string_view path) {
  while (!path.empty()) {
    const std::string folder(path.substr(0, path.find(':')));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    if (folder.starts_with('/') &&
        sys::open_in_root(standing.root.get(), folder.substr(1) + "/sh", O_PATH, "the image"))
      return true;
  }
  return false;
}

}  // namespace berth::container
