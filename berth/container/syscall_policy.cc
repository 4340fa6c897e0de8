#include "berth/container/syscall_policy.h"

#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "berth/sys/filter_compiler.h"

namespace berth::container {
namespace {

using sys::ArgumentTest;
using sys::SyscallRule;

// A call whose arguments are not looked at.
struct PlainRule {
  std::string_view name;
  std::uint32_t number;
  std::uint16_t refusal;  // 0: allowed
};

#define BERTH_SYSCALL(name) {#name, SYS_##name, 0}
#define BERTH_REFUSED(name, error) {#name, SYS_##name, (error)}

constexpr std::uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                         CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME;
constexpr std::uint64_t kInt = 0xffffffff;  // an int argument: the upper half of the register is not looked at

constexpr SyscallRule rule_of(const PlainRule& plain) {
  SyscallRule rule;
  rule.number = plain.number;
  rule.allowed = plain.refusal == 0;
  if (!rule.allowed) rule.error_number = plain.refusal;
  return rule;
}

constexpr SyscallRule when_argument(long number, std::vector<ArgumentTest> any_of, std::uint16_t error = EPERM) {
  return {.number = static_cast<std::uint32_t>(number), .any_of = std::move(any_of), .error_number = error};
}

// clang-format off
constexpr PlainRule kPlainRules[] = {
    // Files and folders.
    BERTH_SYSCALL(read), BERTH_SYSCALL(write), BERTH_SYSCALL(readv), BERTH_SYSCALL(writev), BERTH_SYSCALL(pread64),
    BERTH_SYSCALL(pwrite64), BERTH_SYSCALL(preadv), BERTH_SYSCALL(pwritev), BERTH_SYSCALL(preadv2),
    BERTH_SYSCALL(pwritev2), BERTH_SYSCALL(openat), BERTH_SYSCALL(openat2), BERTH_SYSCALL(close),
    BERTH_SYSCALL(close_range), BERTH_SYSCALL(lseek), BERTH_SYSCALL(fstat), BERTH_SYSCALL(newfstatat),
    BERTH_SYSCALL(statx), BERTH_SYSCALL(statfs), BERTH_SYSCALL(fstatfs), BERTH_SYSCALL(faccessat),
    BERTH_SYSCALL(faccessat2), BERTH_SYSCALL(readlinkat), BERTH_SYSCALL(mkdirat), BERTH_SYSCALL(unlinkat),
    BERTH_SYSCALL(renameat2), BERTH_SYSCALL(linkat), BERTH_SYSCALL(symlinkat), BERTH_SYSCALL(mknodat),
    BERTH_SYSCALL(fchmod), BERTH_SYSCALL(fchmodat), BERTH_SYSCALL(fchown), BERTH_SYSCALL(fchownat),
    BERTH_SYSCALL(utimensat), BERTH_SYSCALL(truncate), BERTH_SYSCALL(ftruncate), BERTH_SYSCALL(fallocate),
    BERTH_SYSCALL(fadvise64), BERTH_SYSCALL(readahead), BERTH_SYSCALL(fsync), BERTH_SYSCALL(fdatasync),
    BERTH_SYSCALL(sync), BERTH_SYSCALL(syncfs), BERTH_SYSCALL(sync_file_range), BERTH_SYSCALL(getdents64),
    BERTH_SYSCALL(getcwd), BERTH_SYSCALL(chdir), BERTH_SYSCALL(fchdir), BERTH_SYSCALL(umask), BERTH_SYSCALL(flock),
    BERTH_SYSCALL(fcntl), BERTH_SYSCALL(dup), BERTH_SYSCALL(dup3), BERTH_SYSCALL(pipe2), BERTH_SYSCALL(splice),
    BERTH_SYSCALL(tee), BERTH_SYSCALL(vmsplice), BERTH_SYSCALL(sendfile), BERTH_SYSCALL(copy_file_range),
    BERTH_SYSCALL(getxattr), BERTH_SYSCALL(lgetxattr), BERTH_SYSCALL(fgetxattr), BERTH_SYSCALL(setxattr),
    BERTH_SYSCALL(lsetxattr), BERTH_SYSCALL(fsetxattr), BERTH_SYSCALL(listxattr), BERTH_SYSCALL(llistxattr),
    BERTH_SYSCALL(flistxattr), BERTH_SYSCALL(removexattr), BERTH_SYSCALL(lremovexattr), BERTH_SYSCALL(fremovexattr),
    BERTH_SYSCALL(inotify_init1), BERTH_SYSCALL(inotify_add_watch), BERTH_SYSCALL(inotify_rm_watch),
    BERTH_SYSCALL(io_setup), BERTH_SYSCALL(io_destroy), BERTH_SYSCALL(io_submit), BERTH_SYSCALL(io_getevents),
    BERTH_SYSCALL(io_cancel), BERTH_SYSCALL(io_pgetevents),
    // Waiting for something.
    BERTH_SYSCALL(ppoll), BERTH_SYSCALL(pselect6), BERTH_SYSCALL(epoll_create1), BERTH_SYSCALL(epoll_ctl),
    BERTH_SYSCALL(epoll_pwait), BERTH_SYSCALL(epoll_pwait2), BERTH_SYSCALL(eventfd2), BERTH_SYSCALL(signalfd4),
    BERTH_SYSCALL(timerfd_create), BERTH_SYSCALL(timerfd_settime), BERTH_SYSCALL(timerfd_gettime),
    BERTH_SYSCALL(futex), BERTH_SYSCALL(futex_waitv), BERTH_SYSCALL(nanosleep), BERTH_SYSCALL(clock_nanosleep),
    BERTH_SYSCALL(restart_syscall),
    // Memory.
    BERTH_SYSCALL(mmap), BERTH_SYSCALL(munmap), BERTH_SYSCALL(mremap), BERTH_SYSCALL(mprotect), BERTH_SYSCALL(brk),
    BERTH_SYSCALL(madvise), BERTH_SYSCALL(mincore), BERTH_SYSCALL(msync), BERTH_SYSCALL(mlock), BERTH_SYSCALL(mlock2),
    BERTH_SYSCALL(munlock), BERTH_SYSCALL(mlockall), BERTH_SYSCALL(munlockall), BERTH_SYSCALL(remap_file_pages),
    BERTH_SYSCALL(membarrier), BERTH_SYSCALL(memfd_create), BERTH_SYSCALL(pkey_alloc), BERTH_SYSCALL(pkey_free),
    BERTH_SYSCALL(pkey_mprotect), BERTH_SYSCALL(process_mrelease),
    // Processes, threads, signals.
    BERTH_SYSCALL(execve), BERTH_SYSCALL(execveat), BERTH_SYSCALL(exit), BERTH_SYSCALL(exit_group),
    BERTH_SYSCALL(wait4), BERTH_SYSCALL(waitid), BERTH_SYSCALL(kill), BERTH_SYSCALL(tkill), BERTH_SYSCALL(tgkill),
    BERTH_SYSCALL(pidfd_open), BERTH_SYSCALL(pidfd_send_signal), BERTH_SYSCALL(rt_sigaction),
    BERTH_SYSCALL(rt_sigprocmask), BERTH_SYSCALL(rt_sigpending), BERTH_SYSCALL(rt_sigqueueinfo),
    BERTH_SYSCALL(rt_sigreturn), BERTH_SYSCALL(rt_sigsuspend), BERTH_SYSCALL(rt_sigtimedwait),
    BERTH_SYSCALL(rt_tgsigqueueinfo), BERTH_SYSCALL(sigaltstack), BERTH_SYSCALL(set_tid_address),
    BERTH_SYSCALL(set_robust_list), BERTH_SYSCALL(get_robust_list), BERTH_SYSCALL(rseq), BERTH_SYSCALL(prctl),
    BERTH_SYSCALL(setsid), BERTH_SYSCALL(getsid), BERTH_SYSCALL(setpgid), BERTH_SYSCALL(getpgid),
    BERTH_SYSCALL(getpid), BERTH_SYSCALL(getppid), BERTH_SYSCALL(gettid), BERTH_SYSCALL(getuid), BERTH_SYSCALL(getgid),
    BERTH_SYSCALL(geteuid), BERTH_SYSCALL(getegid), BERTH_SYSCALL(getresuid), BERTH_SYSCALL(getresgid),
    BERTH_SYSCALL(getgroups), BERTH_SYSCALL(setuid), BERTH_SYSCALL(setgid), BERTH_SYSCALL(setreuid),
    BERTH_SYSCALL(setregid), BERTH_SYSCALL(setresuid), BERTH_SYSCALL(setresgid), BERTH_SYSCALL(setgroups),
    BERTH_SYSCALL(setfsuid), BERTH_SYSCALL(setfsgid), BERTH_SYSCALL(capget), BERTH_SYSCALL(capset),
    BERTH_SYSCALL(getrlimit), BERTH_SYSCALL(setrlimit), BERTH_SYSCALL(prlimit64), BERTH_SYSCALL(getrusage),
    BERTH_SYSCALL(getpriority), BERTH_SYSCALL(setpriority), BERTH_SYSCALL(ioprio_get), BERTH_SYSCALL(ioprio_set),
    BERTH_SYSCALL(sched_yield), BERTH_SYSCALL(sched_getaffinity), BERTH_SYSCALL(sched_setaffinity),
    BERTH_SYSCALL(sched_getattr), BERTH_SYSCALL(sched_setattr), BERTH_SYSCALL(sched_getparam),
    BERTH_SYSCALL(sched_setparam), BERTH_SYSCALL(sched_getscheduler), BERTH_SYSCALL(sched_setscheduler),
    BERTH_SYSCALL(sched_get_priority_max), BERTH_SYSCALL(sched_get_priority_min),
    BERTH_SYSCALL(sched_rr_get_interval), BERTH_SYSCALL(getcpu), BERTH_SYSCALL(seccomp),
    BERTH_SYSCALL(landlock_create_ruleset), BERTH_SYSCALL(landlock_add_rule), BERTH_SYSCALL(landlock_restrict_self),
    // Time and the machine.
    BERTH_SYSCALL(clock_gettime), BERTH_SYSCALL(clock_getres), BERTH_SYSCALL(gettimeofday), BERTH_SYSCALL(times),
    BERTH_SYSCALL(getitimer), BERTH_SYSCALL(setitimer), BERTH_SYSCALL(timer_create), BERTH_SYSCALL(timer_delete),
    BERTH_SYSCALL(timer_settime), BERTH_SYSCALL(timer_gettime), BERTH_SYSCALL(timer_getoverrun),
    BERTH_SYSCALL(uname), BERTH_SYSCALL(sysinfo), BERTH_SYSCALL(getrandom),
    // Sockets and System V IPC, which has a namespace of its own.
    BERTH_SYSCALL(bind), BERTH_SYSCALL(connect), BERTH_SYSCALL(listen), BERTH_SYSCALL(accept), BERTH_SYSCALL(accept4),
    BERTH_SYSCALL(getsockname), BERTH_SYSCALL(getpeername), BERTH_SYSCALL(getsockopt), BERTH_SYSCALL(setsockopt),
    BERTH_SYSCALL(sendto), BERTH_SYSCALL(recvfrom), BERTH_SYSCALL(sendmsg), BERTH_SYSCALL(recvmsg),
    BERTH_SYSCALL(sendmmsg), BERTH_SYSCALL(recvmmsg), BERTH_SYSCALL(shutdown), BERTH_SYSCALL(mq_open),
    BERTH_SYSCALL(mq_unlink), BERTH_SYSCALL(mq_timedsend), BERTH_SYSCALL(mq_timedreceive), BERTH_SYSCALL(mq_notify),
    BERTH_SYSCALL(mq_getsetattr), BERTH_SYSCALL(semget), BERTH_SYSCALL(semop), BERTH_SYSCALL(semctl),
    BERTH_SYSCALL(semtimedop), BERTH_SYSCALL(shmget), BERTH_SYSCALL(shmat), BERTH_SYSCALL(shmctl),
    BERTH_SYSCALL(shmdt), BERTH_SYSCALL(msgget), BERTH_SYSCALL(msgsnd), BERTH_SYSCALL(msgrcv), BERTH_SYSCALL(msgctl),
#if defined(__x86_64__)
    // Old forms that this architecture still has.
    BERTH_SYSCALL(open), BERTH_SYSCALL(creat), BERTH_SYSCALL(stat), BERTH_SYSCALL(lstat), BERTH_SYSCALL(access),
    BERTH_SYSCALL(readlink), BERTH_SYSCALL(mkdir), BERTH_SYSCALL(rmdir), BERTH_SYSCALL(unlink), BERTH_SYSCALL(rename),
    BERTH_SYSCALL(renameat), BERTH_SYSCALL(link), BERTH_SYSCALL(symlink), BERTH_SYSCALL(mknod), BERTH_SYSCALL(chmod),
    BERTH_SYSCALL(chown), BERTH_SYSCALL(lchown), BERTH_SYSCALL(utime), BERTH_SYSCALL(utimes),
    BERTH_SYSCALL(futimesat), BERTH_SYSCALL(getdents), BERTH_SYSCALL(dup2), BERTH_SYSCALL(pipe),
    BERTH_SYSCALL(inotify_init), BERTH_SYSCALL(poll), BERTH_SYSCALL(select), BERTH_SYSCALL(epoll_create),
    BERTH_SYSCALL(epoll_wait), BERTH_SYSCALL(eventfd), BERTH_SYSCALL(signalfd), BERTH_SYSCALL(fork),
    BERTH_SYSCALL(vfork), BERTH_SYSCALL(getpgrp), BERTH_SYSCALL(alarm), BERTH_SYSCALL(pause), BERTH_SYSCALL(time),
    BERTH_SYSCALL(arch_prctl), BERTH_SYSCALL(set_thread_area), BERTH_SYSCALL(get_thread_area),
#else
    BERTH_SYSCALL(renameat),
#endif
    // Known and refused, so that content sees "not permitted" rather than "no such call".
    BERTH_REFUSED(mount, EPERM), BERTH_REFUSED(umount2, EPERM), BERTH_REFUSED(pivot_root, EPERM),
    BERTH_REFUSED(chroot, EPERM), BERTH_REFUSED(move_mount, EPERM), BERTH_REFUSED(fsopen, EPERM),
    BERTH_REFUSED(fsconfig, EPERM), BERTH_REFUSED(fsmount, EPERM), BERTH_REFUSED(fspick, EPERM),
    BERTH_REFUSED(open_tree, EPERM), BERTH_REFUSED(mount_setattr, EPERM), BERTH_REFUSED(swapon, EPERM),
    BERTH_REFUSED(swapoff, EPERM), BERTH_REFUSED(quotactl, EPERM), BERTH_REFUSED(quotactl_fd, EPERM),
    BERTH_REFUSED(unshare, EPERM), BERTH_REFUSED(setns, EPERM), BERTH_REFUSED(ptrace, EPERM),
    BERTH_REFUSED(process_vm_readv, EPERM), BERTH_REFUSED(process_vm_writev, EPERM), BERTH_REFUSED(kcmp, EPERM),
    BERTH_REFUSED(pidfd_getfd, EPERM), BERTH_REFUSED(process_madvise, EPERM), BERTH_REFUSED(add_key, EPERM),
    BERTH_REFUSED(request_key, EPERM), BERTH_REFUSED(keyctl, EPERM), BERTH_REFUSED(bpf, EPERM),
    BERTH_REFUSED(perf_event_open, EPERM), BERTH_REFUSED(userfaultfd, EPERM), BERTH_REFUSED(kexec_load, EPERM),
    BERTH_REFUSED(kexec_file_load, EPERM), BERTH_REFUSED(init_module, EPERM), BERTH_REFUSED(finit_module, EPERM),
    BERTH_REFUSED(delete_module, EPERM), BERTH_REFUSED(acct, EPERM), BERTH_REFUSED(settimeofday, EPERM),
    BERTH_REFUSED(clock_settime, EPERM), BERTH_REFUSED(adjtimex, EPERM),
    BERTH_REFUSED(clock_adjtime, EPERM), BERTH_REFUSED(reboot, EPERM), BERTH_REFUSED(sethostname, EPERM),
    BERTH_REFUSED(setdomainname, EPERM), BERTH_REFUSED(vhangup, EPERM), BERTH_REFUSED(syslog, EPERM),
    BERTH_REFUSED(fanotify_init, EPERM), BERTH_REFUSED(fanotify_mark, EPERM),
    BERTH_REFUSED(name_to_handle_at, EPERM), BERTH_REFUSED(open_by_handle_at, EPERM),
    BERTH_REFUSED(memfd_secret, EPERM), BERTH_REFUSED(lookup_dcookie, EPERM), BERTH_REFUSED(move_pages, EPERM),
    BERTH_REFUSED(migrate_pages, EPERM), BERTH_REFUSED(mbind, EPERM), BERTH_REFUSED(set_mempolicy, EPERM),
    BERTH_REFUSED(set_mempolicy_home_node, EPERM),
    BERTH_REFUSED(get_mempolicy, EPERM), BERTH_REFUSED(io_uring_setup, ENOSYS),
    BERTH_REFUSED(io_uring_enter, ENOSYS), BERTH_REFUSED(io_uring_register, ENOSYS), BERTH_REFUSED(clone3, ENOSYS),
#if defined(__x86_64__)
    BERTH_REFUSED(iopl, EPERM), BERTH_REFUSED(ioperm, EPERM), BERTH_REFUSED(modify_ldt, EPERM),
    BERTH_REFUSED(uselib, EPERM), BERTH_REFUSED(ustat, EPERM), BERTH_REFUSED(sysfs, EPERM),
    BERTH_REFUSED(_sysctl, EPERM), BERTH_REFUSED(create_module, EPERM), BERTH_REFUSED(query_module, EPERM),
    BERTH_REFUSED(get_kernel_syms, EPERM), BERTH_REFUSED(nfsservctl, EPERM),
#endif
};
// clang-format on

constexpr std::vector<NamedRule> conditional_rules() {
  std::vector<NamedRule> rules;
  // A process or thread, in the namespaces that are there.
  rules.push_back({"clone", when_argument(SYS_clone, {{0, kNewNamespaces, 0}})});
  // Only what a normal process needs: 0, PER_LINUX32, UNAME26, both, and asking.
  rules.push_back(
      {"personality",
       when_argument(
           SYS_personality,
           {{0, kInt, 0x0}, {0, kInt, 0x0008}, {0, kInt, 0x20000}, {0, kInt, 0x20008}, {0, kInt, 0xffffffff}})});
  const std::vector<ArgumentTest> families = {
      {0, kInt, AF_UNIX}, {0, kInt, AF_INET}, {0, kInt, AF_INET6}, {0, kInt, AF_NETLINK}};
  rules.push_back({"socket", when_argument(SYS_socket, families, EAFNOSUPPORT)});
  // Terminals are not handed in, but one can be made; these two put text into its input.
  rules.push_back({"ioctl", {.number = SYS_ioctl, .none_of = {{1, kInt, TIOCSTI}, {1, kInt, TIOCLINUX}}}});
  rules.push_back({"socketpair", when_argument(SYS_socketpair, {{0, kInt, AF_UNIX}}, EAFNOSUPPORT)});
  return rules;
}

constexpr sys::SyscallPolicy policy_of_scripts() {
  sys::SyscallPolicy policy;
  policy.rules.reserve(std::size(kPlainRules) + 8);
  for (const PlainRule& plain : kPlainRules) policy.rules.push_back(rule_of(plain));
  for (NamedRule& named : conditional_rules()) policy.rules.push_back(std::move(named.rule));
  return policy;
}

constexpr sys::SyscallPolicy policy_of_zygotes() {
  sys::SyscallPolicy policy = policy_of_scripts();
  const auto allow = [&](SyscallRule rule) {
    *std::ranges::find(policy.rules, rule.number, &SyscallRule::number) = std::move(rule);
  };
  allow(when_argument(SYS_unshare, {{0, CLONE_NEWUSER, 0}}));
  allow(when_argument(SYS_setns, {{1, kInt, CLONE_NEWPID}, {1, kInt, CLONE_NEWNET}}));
  // No mount loses what init gave it: a remount that leaves nosuid, nodev or noexec out is refused, and the new call
  // for that, whose flags stand in memory where no filter looks, as well.
  constexpr std::uint64_t kInert = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  allow(when_argument(SYS_mount, {{3, ~0ull, kInert},
                                  {3, ~0ull, MS_NOSUID | MS_NOEXEC},
                                  {3, ~0ull, MS_BIND},
                                  {3, ~0ull, MS_BIND | MS_REMOUNT | kInert},
                                  {3, ~0ull, MS_BIND | MS_REMOUNT | MS_RDONLY | kInert}}));
  for (const long number : {SYS_umount2, SYS_open_tree, SYS_move_mount}) {
    allow({.number = static_cast<std::uint32_t>(number)});
  }
  return policy;
}

}  // namespace

std::vector<NamedRule> syscall_rules() {
  std::vector<NamedRule> rules = conditional_rules();
  for (const PlainRule& plain : kPlainRules) rules.push_back({plain.name, rule_of(plain)});
  return rules;
}

sys::SyscallPolicy syscall_policy() { return policy_of_scripts(); }

sys::SyscallPolicy zygote_syscall_policy() { return policy_of_zygotes(); }

std::span<const sock_filter> script_filter() { return sys::kFrozenFilter<policy_of_scripts>; }

std::span<const sock_filter> zygote_filter() { return sys::kFrozenFilter<policy_of_zygotes>; }

}  // namespace berth::container
