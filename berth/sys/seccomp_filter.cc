#include "berth/sys/seccomp_filter.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "berth/sys/filter_compiler.h"
#include "berth/sys/syscall.h"

namespace berth::sys {

std::vector<sock_filter> compile_filter(const SyscallPolicy& policy) { return build_filter(policy); }

Result<void> load_filter(std::span<const sock_filter> program) {
  sock_fprog fprog = {static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  return check([&] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog); },
               "load a seccomp filter of {} instructions", program.size());
}

std::uint32_t run_filter(std::span<const sock_filter> program, std::uint32_t arch, std::uint32_t number,
                         const std::uint64_t (&arguments)[6]) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    const auto branch = [&](bool taken) { at += taken ? step.jt : step.jf; };
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS: {
        const std::size_t word = (step.k - offsetof(seccomp_data, args)) / 4;
        accumulator = step.k == offsetof(seccomp_data, nr) ? number
                      : step.k == offsetof(seccomp_data, arch)
                          ? arch
                          : static_cast<std::uint32_t>(arguments[word / 2] >> (32 * (word % 2)));
        break;
      }
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        branch(accumulator == step.k);
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        branch(accumulator >= step.k);
        break;
      case BPF_JMP | BPF_JA:
        at += step.k;
        break;
      case BPF_RET | BPF_K:
        return step.k;
      default:
        BERTH_ASSERT(false);
    }
  }
  BERTH_ASSERT(false);
}

}  // namespace berth::sys
