#include "berth/container/engine_view.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace berth::container {
namespace {

// The folders of /sys that tell of this machine; what is left is the container's own cgroup.
std::vector<std::string> system_folders() {
  std::vector<std::string> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys", error)) {
    if (entry.path() != "/sys/fs" && entry.is_directory(error)) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  return folders;
}

// Docker's daemon sets them. Podman is a process of ours, and may not be able to raise what holds for us; for processes
// it would ask for more than that of its own accord, and what counts is the container's own limit.
std::vector<ResourceLimit> limits_here(EngineKind kind, const Limits& wanted) {
  constexpr rlim_t kMostProcesses = 32'768;
  std::vector<ResourceLimit> limits = resource_limits({wanted.open_files_soft, wanted.open_files_hard, {}, {}});
  if (kind == EngineKind::Docker) return limits;
  limits.push_back({RLIMIT_NPROC, kMostProcesses, kMostProcesses, "NPROC"});
  for (ResourceLimit& limit : limits) {
    rlimit own = {};
    if (::getrlimit(limit.resource, &own) != 0) continue;
    limit.hard = std::min(limit.hard, own.rlim_max);
    limit.soft = std::min(limit.soft, limit.hard);
  }
  return limits;
}

}  // namespace

EngineView engine_view(EngineKind kind, const Limits& limits, std::filesystem::path stage, sys::IdRange ids) {
  const bool has_v6 = ::access("/proc/sys/net/ipv6", F_OK) == 0;
  return {std::move(stage), system_folders(), limits_here(kind, limits), has_v6, ids};
}

}  // namespace berth::container
