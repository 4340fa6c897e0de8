#include "berth/doctor/kernel.h"

#include "berth/doctor/namespaces.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"

namespace berth::doctor {
namespace {

using enum Severity;

struct KernelRow {
  const char* release;
  Expected expected;
};

const KernelRow kKernels[] = {
    {"6.1.0-18-amd64", {Ok, "Linux 6.1.0-18-amd64"}},
    {"6.8.0-45-generic", {Ok}},
    {"5.19.0", {Ok}},
    {"10.0", {Ok}},
    {"5.15.0-91-generic", {Warning, "older than 5.19", "'idmapped-overlay' is ok"}},
    {"5.14.0-427.13.1.el9_4.x86_64", {Warning, "older than 5.19", "carried it back"}},
    {"5.12.0", {Warning, "older than 5.19", "5.19"}},
    {"5.11.22", {Failure, "no idmapped mounts", "5.19"}},
    {"4.18.0-553.el8_10.x86_64", {Failure, "no idmapped mounts", "6.1"}},
    {"3.10.0-1160.el7.x86_64", {Failure, "no idmapped mounts", "6.1"}},
    {"6.6.87.2-microsoft-standard-WSL2", {Ok}},
    {"custom", {Warning, "no version", "Linux"}},
    {"", {Warning, "no version", "Linux"}},
    {"6.", {Warning, "no version", "Linux"}},
};

TEST(Kernel, IsJudgedByItsRelease) {
  for (const KernelRow& row : kKernels) EXPECT_TRUE(judged(judge_kernel({row.release, ""}), row.expected));
}

TEST(Kernel, ArchitecturesAreKnownOrNot) {
  EXPECT_TRUE(judged(judge_architecture({"", "x86_64"}), {Ok, "x86_64"}));
  EXPECT_TRUE(judged(judge_architecture({"", "aarch64"}), {Warning, "not run on it", "./setup test"}));
  for (const char* other : {"i686", "armv7l", "riscv64", "s390x", ""}) {
    EXPECT_TRUE(judged(judge_architecture({"", other}), {Failure, "no table of system calls", "x86-64 or arm64"}));
  }
}

TEST(Kernel, RefusedAttemptsAreFailuresWithTheKernelsWords) {
  const Result<void> refused = fail(Errc::Unavailable, "clone3: Function not implemented");
  EXPECT_TRUE(judged(judge_pidfd(refused), {Failure, "clone3: Function not implemented", "pass clone3"}));
  EXPECT_TRUE(judged(judge_seccomp(refused), {Failure, "Function not implemented", "CONFIG_SECCOMP_FILTER"}));
  EXPECT_TRUE(judged(judge_pidfd({}), {Ok}));
  EXPECT_TRUE(judged(judge_seccomp({}), {Ok}));
}

TEST(Kernel, TriesAreReal) {
  EXPECT_TRUE(testing::ok(try_pidfd()));
  EXPECT_TRUE(testing::ok(try_seccomp()));
}

TEST(Kernel, SecurityModules) {
  EXPECT_TRUE(judged(judge_security_modules({"lockdown,capability,yama,apparmor", {}}), {Ok, "apparmor"}));
  EXPECT_TRUE(judged(judge_security_modules({"capability,selinux", "0"}), {Ok, "selinux"}));
  EXPECT_TRUE(judged(judge_security_modules({"capability,selinux", "1"}), {Warning, "enforcing", "ausearch"}));
  EXPECT_TRUE(judged(judge_security_modules({{}, "1"}), {Warning, "enforcing", "ausearch"}));
  EXPECT_TRUE(judged(judge_security_modules({}), {Skipped, "not mounted"}));
  EXPECT_TRUE(judged(judge_security_modules({"", {}}), {Ok, "none"}));
}

struct UserNamespaceRow {
  const char* name;
  UserNamespaceFacts facts;
  Expected expected;
};

Result<void> refused() { return fail(Errc::Denied, "clone3: Operation not permitted"); }

const UserNamespaceRow kUserNamespaces[] = {
    {"Ubuntu, root", {true, "30000", "1", "1", {}}, {Ok, "30000"}},
    {"Ubuntu, a user without a profile", {false, "30000", "1", "1", refused()}, {Failure, "AppArmor", "userns,"}},
    {"Ubuntu, a user with a profile", {false, "30000", "1", "1", {}}, {Ok}},
    {"old Debian, root", {true, "30000", "0", {}, {}}, {Ok}},
    {"old Debian, a user",
     {false, "30000", "0", {}, refused()},
     {Failure, "kernel.unprivileged_userns_clone is 0", "kernel.unprivileged_userns_clone=1"}},
    {"Red Hat 7, none at all", {true, "0", {}, {}, refused()}, {Failure, "is 0", "max_user_namespaces=15000"}},
    {"a user, none at all, which goes first",
     {false, "0", "0", "1", refused()},
     {Failure, "user.max_user_namespaces is 0", "15000"}},
    {"a kernel without",
     {true, {}, {}, {}, fail(Errc::InvalidInput, "clone3: Invalid argument")},
     {Failure, "Invalid argument", "CONFIG_USER_NS"}},
    {"confined", {true, "30000", {}, {}, refused()}, {Failure, "not permitted", "confines berth"}},
};

TEST(UserNamespaces, TheSettingThatRefusesIsNamed) {
  for (const UserNamespaceRow& row : kUserNamespaces) {
    EXPECT_TRUE(judged(judge_user_namespaces(row.facts), row.expected)) << row.name;
  }
}

TEST(Namespaces, ThoseRefusedAreNamed) {
  const NamespaceAttempts some = {{"mount", {}}, {"network", fail(Errc::Exhausted, "clone3: No space left on device")}};
  EXPECT_TRUE(judged(judge_namespaces(some, true, true), {Failure, "network (clone3: No space", "user.max_"}));
  EXPECT_TRUE(judged(judge_namespaces({{"mount", {}}, {"pid", {}}}, true, true), {Ok, "mount, pid"}));
  EXPECT_TRUE(judged(judge_namespaces(some, false, false), {Skipped, "user namespace"}));
}

}  // namespace
}  // namespace berth::doctor
