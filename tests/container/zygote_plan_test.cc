#include "berth/container/zygote_plan.h"

#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "berth/container/cgroup_views.h"
#include "berth/container/fork_library.h"
#include "berth/container/syscall_policy.h"
#include "berth/sys/seccomp_filter.h"

namespace berth::container {
namespace {

using ::testing::ElementsAre;

const FixedFile* file_of(const LaunchSpec& spec, std::string_view name) {
  for (const FixedFile& file : spec.fixed) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

TEST(ZygotePlan, TellsOfTheChildren) {
  LaunchSpec call;
  call.limits.open_files_soft = 77;
  call.keep = true;
  call.fixed = {{"loop.pyc", "loop"}};
  call.network.profile.reach = net::Reach::Egress;
  const LaunchSpec spec = zygote_spec(call, {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"});
  EXPECT_EQ(spec.role, Role::Zygote);
  EXPECT_EQ(spec.channel, Channel::Socket);
  EXPECT_FALSE(spec.keep);
  // It reaches nothing itself; what names its children ask for is written in the files that they share.
  EXPECT_TRUE(spec.network.is_none());
  EXPECT_EQ(spec.children_network.profile.reach, net::Reach::Egress);
  EXPECT_TRUE(spec.asks_for_names());
  EXPECT_GT(spec.limits.pids, fork::kMostChildren);
  ASSERT_NE(file_of(spec, "loop.pyc"), nullptr);
  ASSERT_NE(file_of(spec, "fork.so"), nullptr);
  EXPECT_TRUE(file_of(spec, "fork.so")
                  ->bytes.starts_with("\x7f"
                                      "ELF"));
  ASSERT_NE(file_of(spec, "fork_plan"), nullptr);
  fork::Plan plan = {};
  ASSERT_EQ(file_of(spec, "fork_plan")->bytes.size(), sizeof plan);
  std::memcpy(&plan, file_of(spec, "fork_plan")->bytes.data(), sizeof plan);
  EXPECT_EQ(plan.schema, fork::kSchema);
  EXPECT_EQ(plan.user, kScriptId);
  EXPECT_EQ(plan.limits[0].soft, 77u);
  EXPECT_EQ(plan.view_count, 2u);
  EXPECT_STREQ(plan.views[1], "/sys/fs/cgroup/pids");
  EXPECT_EQ(plan.filter_count, sys::compile_filter(syscall_policy()).size());
}

TEST(ZygotePlan, ShowsGroupsWhereContentLooks) {
  const auto places = [](const std::vector<sys::CgroupHierarchy>& hierarchies) {
    std::vector<std::string> at;
    for (const CgroupView& view : cgroup_views(hierarchies)) at.push_back(view.at);
    return at;
  };
  EXPECT_THAT(places({{"/a", 2, {"memory", "pids", "cpu"}}}), ElementsAre("/sys/fs/cgroup"));
  EXPECT_THAT(places({{"/a", 1, {"memory"}}, {"/b", 2, {"pids", "cpu"}}}),
              ElementsAre("/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"));
  EXPECT_THAT(places({{"/a", 1, {"cpu", "pids"}}}), ElementsAre("/sys/fs/cgroup/cpu", "/sys/fs/cgroup/pids"));
}

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif

bool allows(const sys::SyscallPolicy& policy, long number, std::uint64_t first = 0, std::uint64_t second = 0) {
  const auto program = sys::compile_filter(policy);
  return sys::run_filter(program, kHere, static_cast<std::uint32_t>(number), {first, second}) == SECCOMP_RET_ALLOW;
}

TEST(ZygotePlan, AZygoteMakesNamespacesButNoUsers) {
  const sys::SyscallPolicy zygote = zygote_syscall_policy();
  EXPECT_TRUE(allows(zygote, SYS_unshare, CLONE_NEWPID));
  EXPECT_TRUE(allows(zygote, SYS_unshare, CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET));
  EXPECT_FALSE(allows(zygote, SYS_unshare, CLONE_NEWUSER));
  EXPECT_FALSE(allows(zygote, SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS));
  EXPECT_TRUE(allows(zygote, SYS_setns, 5, CLONE_NEWPID));
  EXPECT_TRUE(allows(zygote, SYS_setns, 5, CLONE_NEWNET));
  for (const int kind : {0, CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID | CLONE_NEWUSER}) {
    EXPECT_FALSE(allows(zygote, SYS_setns, 5, static_cast<std::uint64_t>(kind))) << kind;
  }
  EXPECT_FALSE(allows(zygote, SYS_clone, CLONE_NEWUSER));
  // What a script may not do besides, it may not do either.
  constexpr std::uint64_t kInert = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const auto mounts = [&](std::uint64_t flags) {
    const auto program = sys::compile_filter(zygote);
    return sys::run_filter(program, kHere, SYS_mount, {0, 0, 0, flags}) == SECCOMP_RET_ALLOW;
  };
  for (const std::uint64_t flags : {kInert, kInert | MS_BIND | MS_REMOUNT, kInert | MS_BIND | MS_REMOUNT | MS_RDONLY}) {
    EXPECT_TRUE(mounts(flags)) << flags;
  }
  // What init gave a mount stays.
  for (const std::uint64_t flags :
       {std::uint64_t{0}, std::uint64_t{MS_BIND | MS_REMOUNT}, std::uint64_t{MS_BIND | MS_REMOUNT | MS_RDONLY},
        std::uint64_t{MS_REMOUNT}, std::uint64_t{MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NOEXEC},
        std::uint64_t{MS_MOVE}}) {
    EXPECT_FALSE(mounts(flags)) << flags;
  }
  for (const long number :
       {SYS_mount_setattr, SYS_ptrace, SYS_bpf, SYS_keyctl, SYS_perf_event_open, SYS_pivot_root, SYS_fsopen}) {
    EXPECT_FALSE(allows(zygote, number)) << number;
  }
  for (const long number : {SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_open_tree, SYS_move_mount}) {
    EXPECT_FALSE(allows(syscall_policy(), number, CLONE_NEWPID, CLONE_NEWPID)) << number;
  }
}

}  // namespace
}  // namespace berth::container
