#include "berth/doctor/mounts.h"

#include "berth/doctor/cgroups.h"
#include "tests/doctor/judgement.h"

namespace berth::doctor {
namespace {

using enum Severity;

Result<void> refused() { return fail(Errc::Unavailable, "mount_setattr: Invalid argument"); }

TEST(Mounts, WhatTheyStandOnIsBlamedAlone) {
  const MountNeeds all;
  const MountNeeds no_calls{.mount_calls = false, .overlay = false};
  const MountNeeds no_overlay{.overlay = false};
  const MountNeeds no_namespaces{.user_namespaces = false};
  const MountNeeds user{.root = false};
  const MountNeeds bare_user{.root = false, .user_namespaces = false};
  const IdMapFacts good{.type = "ext4"};
  const IdMapFacts bad{.type = "nfs", .storage = refused(), .tmpfs = {}, .overlay = refused()};
  const IdMapFacts old{.type = "ext4", .tmpfs = refused(), .overlay = refused()};

  EXPECT_TRUE(judged(judge_mount_calls({}, all), {Ok}));
  EXPECT_TRUE(judged(judge_mount_calls(refused(), no_calls), {Failure, "mount_setattr", "CAP_SYS_ADMIN"}));
  EXPECT_TRUE(judged(judge_mount_calls(refused(), {.root = false, .mount_calls = false}), {Failure, "", "5.12"}));
  EXPECT_TRUE(judged(judge_mount_calls(refused(), bare_user), {Skipped, "has none"}));
  EXPECT_TRUE(judged(judge_overlay({}, all), {Ok}));
  EXPECT_TRUE(judged(judge_overlay(refused(), no_overlay), {Failure, "mount_setattr", "modprobe overlay"}));
  EXPECT_TRUE(judged(judge_overlay(refused(), {.root = false, .overlay = false}), {Failure, "", "Linux 5.11"}));
  EXPECT_TRUE(judged(judge_overlay(refused(), no_calls), {Skipped, "see 'mount-calls'"}));

  EXPECT_TRUE(judged(judge_idmapped_storage(good, all), {Ok, "ext4 can be shifted; tmpfs too"}));
  EXPECT_TRUE(judged(judge_idmapped_storage(old, all), {Ok, "tmpfs cannot, which is not needed"}));
  EXPECT_TRUE(judged(judge_idmapped_storage(bad, all), {Failure, "nfs: mount_setattr", "storage.root"}));
  EXPECT_TRUE(judged(judge_idmapped_storage(bad, user), {Skipped, "ordinary user"}));
  EXPECT_TRUE(judged(judge_idmapped_storage(bad, no_namespaces), {Skipped, "see 'user-namespaces'"}));
  EXPECT_TRUE(judged(judge_idmapped_overlay(good, all), {Ok}));
  EXPECT_TRUE(judged(judge_idmapped_overlay(old, all), {Failure, "mount_setattr", "5.19"}));
  EXPECT_TRUE(judged(judge_idmapped_overlay(bad, all), {Skipped, "see 'idmapped-storage'"}));
  EXPECT_TRUE(judged(judge_idmapped_overlay(old, no_overlay), {Skipped, "see 'overlay'"}));
}

Hierarchies of(std::vector<sys::CgroupHierarchy> list) { return list; }

TEST(Cgroups, TheirVersionIsTold) {
  const sys::CgroupHierarchy v2{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}};
  const sys::CgroupHierarchy memory{"/sys/fs/cgroup/memory", 1, {"memory"}};
  const sys::CgroupHierarchy pids{"/sys/fs/cgroup/unified", 2, {"pids", "cpu"}};
  EXPECT_TRUE(judged(judge_cgroups(of({v2}), true), {Ok, "version 2: memory+pids+cpu at /sys/fs/cgroup"}));
  EXPECT_TRUE(judged(judge_cgroups(of({memory}), true), {Ok, "version 1: memory at"}));
  EXPECT_TRUE(judged(judge_cgroups(of({memory, pids}), true), {Ok, "version 1 and 2"}));
  const Hierarchies none = fail(Errc::Unavailable, "'pids' is in no mounted hierarchy");
  EXPECT_TRUE(judged(judge_cgroups(none, true), {Failure, "'pids'", "cgroup_disable="}));
  EXPECT_TRUE(judged(judge_cgroups(none, false), {Warning, "'pids'", "cgroup_disable="}));
}

TEST(Cgroups, LimitsThatCannotBeSetAreAFailureForRootAlone) {
  const Hierarchies found = of({{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}});
  const Hierarchies none = fail(Errc::Unavailable, "none");
  EXPECT_TRUE(judged(judge_cgroup_limits(found, {}, true), {Ok}));
  EXPECT_TRUE(judged(judge_cgroup_limits(found, refused(), true), {Failure, "mount_setattr", "read-write"}));
  EXPECT_TRUE(judged(judge_cgroup_limits(found, refused(), false), {Warning, "mount_setattr", "Delegate=yes"}));
  EXPECT_TRUE(judged(judge_cgroup_limits(none, {}, true), {Skipped, "see 'cgroups'"}));
}

TEST(Cgroups, SwapCountsOrNot) {
  EXPECT_TRUE(judged(judge_swap_accounting({0, false}), {Ok, "no swap"}));
  EXPECT_TRUE(judged(judge_swap_accounting({1ull << 30, true}), {Ok, "counts"}));
  EXPECT_TRUE(judged(judge_swap_accounting({1ull << 30, false}), {Warning, "does not count", "swapaccount=1"}));
  EXPECT_TRUE(judged(judge_swap_accounting({1ull << 30, {}}), {Skipped, "no group"}));
}

}  // namespace
}  // namespace berth::doctor
