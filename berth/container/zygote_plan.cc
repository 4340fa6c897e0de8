#include "berth/container/zygote_plan.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "berth/base/error.h"
#include "berth/container/fork_library.h"
#include "berth/container/resource_limits.h"
#include "berth/container/syscall_policy.h"
#include "berth/sys/seccomp_filter.h"

namespace berth::container {
namespace {

std::string fork_plan(const LaunchSpec& call, const std::vector<std::string>& views) {
  const auto plan = std::make_unique<fork::Plan>();
  plan->schema = fork::kSchema;
  plan->user = kScriptId;
  for (const ResourceLimit& limit :
       resource_limits({call.limits.open_files_soft, call.limits.open_files_hard, {}, {}})) {
    BERTH_ASSERT(plan->limit_count < fork::kMostLimits);
    plan->limits[plan->limit_count++] = {static_cast<std::uint32_t>(limit.resource), 0, limit.soft, limit.hard};
  }
  for (const std::string& view : views) {
    auto& at = plan->views[plan->view_count++];
    BERTH_ASSERT(plan->view_count <= fork::kMostViews && view.size() < sizeof at);
    std::ranges::copy(view, at);
  }
  const std::span<const sock_filter> filter = script_filter();
  BERTH_ASSERT(filter.size() <= fork::kMostFilter);
  plan->filter_count = static_cast<std::uint32_t>(filter.size());
  std::ranges::copy(filter, plan->filter);
  return {reinterpret_cast<const char*>(plan.get()), sizeof *plan};
}

}  // namespace

LaunchSpec zygote_spec(const LaunchSpec& call, const std::vector<std::string>& views) {
  LaunchSpec spec = call;
  spec.role = Role::Zygote;
  spec.channel = Channel::Socket;
  spec.arguments = {std::string(kFixedFolder) + "/zygote.py", "3"};
  spec.fixed.push_back({"fork.so", std::string(fork_library())});
  spec.fixed.push_back({"fork_plan", fork_plan(call, views)});
  spec.files.clear();
  spec.keep = false;
  // It runs no call. What its children share with it is charged to it, and each of them has a helper there (fork.cc).
  spec.limits.pids = 2 * fork::kMostChildren + 16;
  spec.limits.cpus = static_cast<double>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  spec.limits.writable_bytes = 1 << 20;
  spec.limits.writable_files = 64;
  return spec;
}

}  // namespace berth::container
