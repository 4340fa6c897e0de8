// The kernel: its version, the machine it runs on, and what it offers to processes.
#pragma once

#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct KernelFacts {
  std::string release;  // uname -r: "6.1.0-18-amd64"
  std::string machine;  // uname -m: "x86_64"
};
KernelFacts kernel_facts();
CheckResult judge_kernel(const KernelFacts& facts);
CheckResult judge_architecture(const KernelFacts& facts);

// A process started with clone3 and held by a pidfd, signalled and waited for through it.
Result<void> try_pidfd();
CheckResult judge_pidfd(const Result<void>& tried);

// A system call filter that was loaded and stopped a call.
Result<void> try_seccomp();
CheckResult judge_seccomp(const Result<void>& tried);

// What /sys/kernel/security/lsm and /sys/fs/selinux/enforce hold; nothing where they are not there.
struct SecurityModuleFacts {
  std::optional<std::string> modules;
  std::optional<std::string> selinux_enforcing;
};
SecurityModuleFacts security_module_facts();
CheckResult judge_security_modules(const SecurityModuleFacts& facts);

}  // namespace berth::doctor
