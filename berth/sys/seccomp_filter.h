// System call filters: from a table of decisions to the program the kernel runs (seccomp(2), BPF).
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

#include "berth/base/result.h"

namespace berth::sys {

// A condition on one argument, compared over 64 bits: (argument & mask) == value.
struct ArgumentTest {
  unsigned index = 0;  // 0 to 5
  std::uint64_t mask = ~std::uint64_t{0};
  std::uint64_t value = 0;
};

// What happens to system call `number`: allowed, unless `allowed` is false, `any_of` is given and none of it holds, or
// one of `none_of` holds. Then it fails with `error_number`.
struct SyscallRule {
  std::uint32_t number = 0;
  bool allowed = true;
  std::vector<ArgumentTest> any_of;
  std::vector<ArgumentTest> none_of;
  std::uint16_t error_number = 1;  // EPERM
};

struct SyscallPolicy {
  std::vector<SyscallRule> rules;
  std::uint16_t other_error_number = 38;  // ENOSYS, for calls without a rule: libraries then try an older way
};

// The program for this machine's architecture. A call through another architecture's entry (int 0x80, x32) kills the
// process with SIGSYS. Calls are found by a balanced tree, so that none costs more than about ten comparisons.
std::vector<sock_filter> compile_filter(const SyscallPolicy& policy);

// Loads `program` for this thread and all that it starts. Needs no_new_privs.
Result<void> load_filter(std::span<const sock_filter> program);

// What `program` answers to a call: the SECCOMP_RET_... value. For tests and for `docs`: the kernel's own
// interpreter is the one that counts.
std::uint32_t run_filter(std::span<const sock_filter> program, std::uint32_t arch, std::uint32_t number,
                         const std::uint64_t (&arguments)[6]);

}  // namespace berth::sys
