#include "berth/net/name_syscalls.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>

namespace berth::net {
namespace {

constexpr std::uint64_t kKindBits = 0xf;  // of socket(2)'s second argument; above them stand its flags

sys::SyscallRule socket_rule() {
  sys::SyscallRule rule = {.number = SYS_socket};
  for (const std::uint64_t domain : {std::uint64_t{AF_INET}, std::uint64_t{AF_INET6}}) {
    rule.any_of.push_back({.index = 0, .value = domain});
  }
  for (std::uint64_t kind = 0; kind <= kKindBits; ++kind) {
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM)
      rule.none_of.push_back({.index = 1, .mask = kKindBits, .value = kind});
  }
  // Protocol 0 only, which is TCP and UDP: no bit of a protocol's number (IPPROTO_MAX is 263) is set.
  for (unsigned bit = 0; bit < 9; ++bit) {
    rule.none_of.push_back({.index = 2, .mask = std::uint64_t{1} << bit, .value = std::uint64_t{1} << bit});
  }
  return rule;
}

sys::SyscallRule not_executable(std::uint32_t number) {
  return {.number = number, .none_of = {{.index = 2, .mask = PROT_EXEC, .value = PROT_EXEC}}};
}

}  // namespace

sys::SyscallPolicy name_forwarder_syscalls() {
  sys::SyscallPolicy policy = {.other_error_number = EPERM};
  for (const int number : {// the loop
                           SYS_ppoll, SYS_recvfrom, SYS_sendto, SYS_connect, SYS_accept4, SYS_read, SYS_write,
                           SYS_close, SYS_clock_gettime, SYS_getrandom,
#ifdef SYS_poll
                           SYS_poll,
#endif
                           // the allocator
                           SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex,
                           // the end, and going on after a signal
                           SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_restart_syscall}) {
    policy.rules.push_back({.number = static_cast<std::uint32_t>(number)});
  }
  policy.rules.push_back(socket_rule());
  policy.rules.push_back(not_executable(SYS_mmap));
  policy.rules.push_back(not_executable(SYS_mprotect));
  return policy;
}

}  // namespace berth::net
