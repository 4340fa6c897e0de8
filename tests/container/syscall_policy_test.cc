#include "berth/container/syscall_policy.h"

#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif
constexpr auto kAllow = static_cast<std::uint32_t>(SECCOMP_RET_ALLOW);

constexpr std::uint32_t error(int number) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number); }

std::uint32_t answer_to(long number, std::uint64_t first = 0, std::uint64_t second = 0) {
  static const std::vector<sock_filter> program = sys::compile_filter(syscall_policy());
  return sys::run_filter(program, kHere, static_cast<std::uint32_t>(number), {first, second});
}

// One name a line; a call that is judged by its arguments ends in "(...)".
std::string allowed_names() {
  std::set<std::string> names;
  for (const auto& [name, rule] : syscall_rules()) {
    if (!rule.allowed) continue;
    names.insert(std::string(name) + (rule.any_of.empty() && rule.none_of.empty() ? "" : "(...)"));
  }
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

// The list in the tree is that of x86-64, which has more calls than other architectures.
#if defined(__x86_64__)
TEST(SyscallPolicy, AllowsWhatTheListSays) {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "golden/allowed_syscalls.txt";
  if (const char* accept = std::getenv("BERTH_ACCEPT"); accept != nullptr && *accept == '1') {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(path, allowed_names(), 0644)));
    GTEST_SKIP() << "BERTH_ACCEPT=1: rewrote " << path;
  }
  const auto list = sys::read_file(path, 1 << 20);
  ASSERT_TRUE(testing::ok(list));
  EXPECT_EQ(allowed_names(), *list) << "if that is meant, run this test with BERTH_ACCEPT=1";
}
#endif

TEST(SyscallPolicy, NamesEveryCallOnceAndRight) {
  std::map<std::uint32_t, std::string_view> seen;
  for (const auto& [name, rule] : syscall_rules()) {
    const auto [place, is_new] = seen.emplace(rule.number, name);
    EXPECT_TRUE(is_new) << name << " has the number of " << place->second;
  }
}

TEST(SyscallPolicy, AllowsNothingThatItDoesNotName) {
  std::set<std::uint32_t> named;
  for (const auto& [name, rule] : syscall_rules()) named.insert(rule.number);
  for (std::uint32_t number = 0; number < 1000; ++number) {
    EXPECT_TRUE(named.contains(number) || answer_to(number) == error(ENOSYS)) << number;
  }
}

// Far below what the kernel takes (4096), and cheap for every call.
TEST(SyscallPolicy, IsASmallProgram) { EXPECT_LT(sys::compile_filter(syscall_policy()).size(), 700u); }

TEST(SyscallPolicy, IsCompiledWithBerth) {
  const std::pair<std::span<const sock_filter>, sys::SyscallPolicy> rows[] = {
      {script_filter(), syscall_policy()}, {zygote_filter(), zygote_syscall_policy()}};
  for (const auto& [frozen, policy] : rows) {
    const auto program = sys::compile_filter(policy);
    ASSERT_EQ(frozen.size_bytes(), program.size() * sizeof(sock_filter));
    EXPECT_EQ(std::memcmp(frozen.data(), program.data(), frozen.size_bytes()), 0);
  }
}

struct RefusedRow {
  const char* name;
  long number;
  int error_number = EPERM;
};

#define BERTH_ROW(name, ...) {#name, SYS_##name __VA_OPT__(, ) __VA_ARGS__}
const RefusedRow kRefused[] = {
    // Mounts and roots.
    BERTH_ROW(mount),
    BERTH_ROW(umount2),
    BERTH_ROW(pivot_root),
    BERTH_ROW(chroot),
    BERTH_ROW(move_mount),
    BERTH_ROW(fsopen),
    BERTH_ROW(fsconfig),
    BERTH_ROW(fsmount),
    BERTH_ROW(fspick),
    BERTH_ROW(open_tree),
    BERTH_ROW(mount_setattr),
    BERTH_ROW(swapon),
    BERTH_ROW(swapoff),
    BERTH_ROW(quotactl),
    BERTH_ROW(quotactl_fd),
    // Namespaces. Of clone3, whose flags lie in memory, libc must think that it does not exist.
    BERTH_ROW(unshare),
    BERTH_ROW(setns),
    BERTH_ROW(clone3, ENOSYS),
    // Other processes.
    BERTH_ROW(ptrace),
    BERTH_ROW(process_vm_readv),
    BERTH_ROW(process_vm_writev),
    BERTH_ROW(kcmp),
    BERTH_ROW(pidfd_getfd),
    BERTH_ROW(process_madvise),
    // Keys.
    BERTH_ROW(keyctl),
    BERTH_ROW(add_key),
    BERTH_ROW(request_key),
    // The kernel itself.
    BERTH_ROW(bpf),
    BERTH_ROW(perf_event_open),
    BERTH_ROW(userfaultfd),
    BERTH_ROW(io_uring_setup, ENOSYS),
    BERTH_ROW(io_uring_enter, ENOSYS),
    BERTH_ROW(io_uring_register, ENOSYS),
    BERTH_ROW(kexec_load),
    BERTH_ROW(kexec_file_load),
    BERTH_ROW(init_module),
    BERTH_ROW(finit_module),
    BERTH_ROW(delete_module),
    BERTH_ROW(lookup_dcookie),
    BERTH_ROW(nfsservctl),
    BERTH_ROW(acct),
    BERTH_ROW(settimeofday),
    BERTH_ROW(clock_settime),
    BERTH_ROW(adjtimex),
    BERTH_ROW(clock_adjtime),
    BERTH_ROW(reboot),
    BERTH_ROW(sethostname),
    BERTH_ROW(setdomainname),
    BERTH_ROW(vhangup),
    BERTH_ROW(syslog),
    BERTH_ROW(fanotify_init),
    BERTH_ROW(fanotify_mark),
    BERTH_ROW(name_to_handle_at),
    BERTH_ROW(open_by_handle_at),
    BERTH_ROW(memfd_secret),
#if defined(__x86_64__)
    BERTH_ROW(iopl),
    BERTH_ROW(ioperm),
    BERTH_ROW(modify_ldt),
    BERTH_ROW(uselib),
    BERTH_ROW(create_module),
#endif
};
#undef BERTH_ROW

class Refused : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(Refused, WhateverTheArguments) {
  for (const std::uint64_t argument : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    EXPECT_EQ(answer_to(GetParam().number, argument, argument), error(GetParam().error_number));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Refused, ::testing::ValuesIn(kRefused), [](const auto& row) { return row.param.name; });

TEST(Clone, MakesProcessesAndThreadsButNoNamespaces) {
  constexpr std::uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                    CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  const std::uint64_t plain[] = {SIGCHLD, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD,
                                 CLONE_VM | CLONE_VFORK | SIGCHLD, kThread, CLONE_PIDFD | SIGCHLD};
  for (const std::uint64_t flags : plain) {
    EXPECT_EQ(answer_to(SYS_clone, flags), kAllow) << std::hex << flags;
    for (const std::uint64_t space :
         {CLONE_NEWNS + 0ull, CLONE_NEWCGROUP + 0ull, CLONE_NEWUTS + 0ull, CLONE_NEWIPC + 0ull, CLONE_NEWUSER + 0ull,
          CLONE_NEWPID + 0ull, CLONE_NEWNET + 0ull, CLONE_NEWTIME + 0ull}) {
      EXPECT_EQ(answer_to(SYS_clone, flags | space), error(EPERM)) << std::hex << flags << " with " << space;
    }
  }
}

TEST(Socket, IsOfFewFamilies) {
  // The kernel takes an int: what stands in the upper half of the register changes nothing.
  constexpr std::uint64_t kAbove = std::uint64_t{5} << 32;
  for (std::uint64_t family = 0; family < 64; ++family) {
    const bool allowed = family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
    EXPECT_EQ(answer_to(SYS_socket, family), allowed ? kAllow : error(EAFNOSUPPORT)) << family;
    EXPECT_EQ(answer_to(SYS_socket, kAbove | family), allowed ? kAllow : error(EAFNOSUPPORT)) << family;
    EXPECT_EQ(answer_to(SYS_socketpair, family), family == AF_UNIX ? kAllow : error(EAFNOSUPPORT)) << family;
  }
}

TEST(Personality, ChangesNothingThatMatters) {
  for (const std::uint64_t allowed : {0ull, 8ull, 0x20000ull, 0x20008ull, 0xffffffffull}) {
    EXPECT_EQ(answer_to(SYS_personality, allowed), kAllow) << allowed;
  }
  for (const std::uint64_t refused : {ADDR_NO_RANDOMIZE + 0ull, READ_IMPLIES_EXEC + 0ull, MMAP_PAGE_ZERO + 0ull,
                                      ADDR_COMPAT_LAYOUT + 0ull, ADDR_NO_RANDOMIZE + 8ull}) {
    EXPECT_EQ(answer_to(SYS_personality, refused), error(EPERM)) << refused;
  }
}

TEST(Ioctl, PutsNothingIntoATerminal) {
  EXPECT_EQ(answer_to(SYS_ioctl, 0, TIOCGWINSZ), kAllow);
  EXPECT_EQ(answer_to(SYS_ioctl, 0, FIONREAD), kAllow);
  for (const std::uint64_t request : {TIOCSTI + 0ull, TIOCLINUX + 0ull}) {
    EXPECT_EQ(answer_to(SYS_ioctl, 0, request), error(EPERM));
    EXPECT_EQ(answer_to(SYS_ioctl, 0, std::uint64_t{1} << 32 | request), error(EPERM)) << "CVE-2019-10063";
  }
}

}  // namespace
}  // namespace berth::container
