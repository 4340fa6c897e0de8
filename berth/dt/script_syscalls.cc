#include "berth/dt/script_syscalls.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>

namespace berth::dt {
namespace {

sys::SyscallRule not_executable(std::uint32_t number) {
  return {.number = number, .none_of = {{.index = 2, .mask = PROT_EXEC, .value = PROT_EXEC}}};
}

// Only on its channel, which is descriptor 0.
sys::SyscallRule on_channel(std::uint32_t number) {
  return {.number = number, .any_of = {{.index = 0, .mask = 0xffff'ffff, .value = 0}}};
}

}  // namespace

sys::SyscallPolicy script_worker_syscalls() {
  sys::SyscallPolicy policy = {.other_error_number = EPERM};
  for (const int number : {SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex,  // the allocator
                           SYS_clock_gettime, SYS_getrandom, SYS_setitimer,
                           // the end, and going on after a signal
                           SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_restart_syscall}) {
    policy.rules.push_back({.number = static_cast<std::uint32_t>(number)});
  }
  // AddressSanitizer asks for the stack's bounds before each long jump.
  if (kHasShadowMemory) policy.rules.push_back({.number = SYS_sigaltstack});
  policy.rules.push_back(on_channel(SYS_recvfrom));
  policy.rules.push_back(on_channel(SYS_sendto));
  policy.rules.push_back(not_executable(SYS_mmap));
  policy.rules.push_back(not_executable(SYS_mprotect));
  return policy;
}

}  // namespace berth::dt
