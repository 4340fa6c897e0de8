#include "berth/doctor/kernel.h"

#include <fmt/format.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <compare>

#include "berth/doctor/attempt.h"
#include "berth/doctor/words.h"
#include "berth/sys/child.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const Version&) const = default;
};

constexpr Version kMountAttributes = {5, 12};  // mount_setattr(2), without which nothing can be idmapped
constexpr Version kWanted = {5, 19};           // overlay on idmapped layers; memory.peak

std::optional<Version> version_of(std::string_view release) {
  const auto parts = words_of(release, ".-+_");
  if (parts.size() < 2) return std::nullopt;
  const auto major = number_of<unsigned>(parts[0]);
  const auto minor = number_of<unsigned>(parts[1]);
  if (!major || !minor) return std::nullopt;
  return Version{*major, *minor};
}

constexpr const char* kNewerKernel = "use Linux 5.19 or newer, better 6.1 or newer";

}  // namespace

KernelFacts kernel_facts() {
  utsname names = {};
  ::uname(&names);
  return {names.release, names.machine};
}

CheckResult judge_kernel(const KernelFacts& facts) {
  const std::string found = fmt::format("Linux {}", facts.release);
  const auto version = version_of(facts.release);
  if (!version) return warning(found + ", which is no version that can be compared", kNewerKernel);
  if (*version < kMountAttributes) return failure(found + " has no idmapped mounts (5.12)", kNewerKernel);
  if (*version < kWanted) {
    // Vendors carry features back, so the checks that try them have the last word.
    return warning(found + " is older than 5.19, the first with overlay on idmapped layers",
                   fmt::format("{}; if 'idmapped-overlay' is ok, the vendor has carried it back", kNewerKernel));
  }
  return ok(found);
}

CheckResult judge_architecture(const KernelFacts& facts) {
  if (facts.machine == "x86_64") return ok(facts.machine);
  if (facts.machine == "aarch64") {
    return warning(facts.machine + ": Berth builds for it, and its tests have not run on it",
                   "run './setup test' here before you rely on the isolation");
  }
  return failure(facts.machine + ": Berth has no table of system calls for it", "use an x86-64 or arm64 machine");
}

Result<void> try_pidfd() {
  BERTH_TRY(sys::Child child, sys::Child::start(0, std::nullopt, [] {
              ::pause();
              return 0;
            }));
  BERTH_TRY(int again,
            sys::call([&] { return ::syscall(SYS_pidfd_open, child.pid(), 0); }, "pidfd_open {}", child.pid()));
  const UniqueFd owner(again);
  BERTH_CHECK_OK(child.kill(SIGKILL));
  BERTH_CHECK_OK(child.wait());
  return {};
}

CheckResult judge_pidfd(const Result<void>& tried) {
  if (tried) return ok("clone3, pidfd_open and pidfd_send_signal work");
  return failure(
      tried.error().message(),
      "use Linux 5.3 or newer; inside another container, let its system call filter pass clone3 and pidfd_*");
}

Result<void> try_seccomp() {
  return attempt(0, []() -> Result<void> {
    // ENOTTY is what no kernel answers to getppid by itself.
    const std::vector<sock_filter> program = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const __u32 kill = SECCOMP_RET_KILL_PROCESS;
    BERTH_CHECK_OK(sys::check([&] { return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill); },
                              "ask seccomp for KILL_PROCESS"));
    BERTH_CHECK_OK(sys::forbid_new_privileges());
    BERTH_CHECK_OK(sys::load_filter(program).context([] { return "load a system call filter"; }));
    if (::syscall(SYS_getppid) >= 0 || errno != ENOTTY) {
      return fail(Errc::Unavailable, "a system call filter was loaded, and the call it refuses went through");
    }
    return {};
  });
}

CheckResult judge_seccomp(const Result<void>& tried) {
  if (tried) return ok("a filter was loaded and refused what it should");
  return failure(tried.error().message(), "use a kernel with CONFIG_SECCOMP_FILTER (Linux 4.14 or newer)");
}

SecurityModuleFacts security_module_facts() {
  return {small_file("/sys/kernel/security/lsm"), small_file("/sys/fs/selinux/enforce")};
}

CheckResult judge_security_modules(const SecurityModuleFacts& facts) {
  if (facts.selinux_enforcing == "1") {
    return warning("SELinux is enforcing, and Berth brings no policy for it",
                   "when a start is denied, look with 'ausearch -m avc -ts recent' and allow what it shows");
  }
  if (!facts.modules) return skipped("/sys/kernel/security is not mounted or not readable");
  return ok(facts.modules->empty() ? "none" : *facts.modules);
}

}  // namespace berth::doctor
