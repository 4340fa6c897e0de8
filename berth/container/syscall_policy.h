// Which system calls a script may make.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "berth/sys/seccomp_filter.h"

namespace berth::container {

// A call by name, and what is decided; the names are the kernel's.
struct NamedRule {
  std::string_view name;
  sys::SyscallRule rule;
};

// The table for this machine's architecture. The ceiling is Docker's default profile without any capability (moby,
// profiles/seccomp); io_uring, new namespaces, keys, bpf, perf, userfaultfd, ptrace and its kin, AF_ALG, AF_VSOCK and
// packet sockets, terminal input injection are closed below it. clone3 answers ENOSYS, so that libc falls back to
// clone, whose flags can be judged.
std::vector<NamedRule> syscall_rules();

sys::SyscallPolicy syscall_policy();

// The same for a zygote, which makes the namespaces and mounts of its children. No new user namespace: in one of its
// own it would have every capability again.
sys::SyscallPolicy zygote_syscall_policy();

// The two policies, compiled.
std::span<const sock_filter> script_filter();
std::span<const sock_filter> zygote_filter();

}  // namespace berth::container
