#include "berth/container/resource_limits.h"

namespace berth::container {

std::vector<ResourceLimit> resource_limits(const ProcessBounds& bounds) {
  std::vector<ResourceLimit> limits = {
      {RLIMIT_NOFILE, bounds.open_files_soft, bounds.open_files_hard, "NOFILE"},
      {RLIMIT_CORE, 0, 0, "CORE"},
      {RLIMIT_MEMLOCK, 64 << 10, 64 << 10, "MEMLOCK"},
      {RLIMIT_SIGPENDING, 1024, 1024, "SIGPENDING"},
      {RLIMIT_MSGQUEUE, 819200, 819200, "MSGQUEUE"},
      {RLIMIT_NICE, 0, 0, "NICE"},
      {RLIMIT_RTPRIO, 0, 0, "RTPRIO"},
      {RLIMIT_STACK, 8 << 20, 64 << 20, "STACK"},
  };
  // Only where no cgroup counts them.
  if (bounds.processes) limits.push_back({RLIMIT_NPROC, *bounds.processes, *bounds.processes, "NPROC"});
  if (bounds.private_bytes) limits.push_back({RLIMIT_DATA, *bounds.private_bytes, *bounds.private_bytes, "DATA"});
  return limits;
}

}  // namespace berth::container
