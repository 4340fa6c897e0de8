#include "berth/sys/child.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "berth/sys/syscall.h"

namespace berth::sys {

Result<Child> Child::start(std::uint64_t clone_flags, std::optional<int> cgroup, const std::function<int()>& body) {
  int pidfd = -1;
  clone_args args = {};
  args.flags = clone_flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroup) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<__u64>(*cgroup);
  }
  const auto clone = [&] { return ::syscall(SYS_clone3, &args, sizeof(args)); };
  BERTH_TRY(int pid, call(clone, "clone3 with flags {:#x}", clone_flags));
  // An exception must not unwind into the parent's frames, of which this is a copy: it ends the child.
  if (pid == 0) ::_exit([&]() noexcept { return body(); }());
  return Child(pid, UniqueFd(pidfd));
}

Result<Child> Child::adopt(pid_t pid) {
  BERTH_TRY(int pidfd, call([&] { return ::syscall(SYS_pidfd_open, pid, 0); }, "pidfd_open {}", pid));
  return Child(pid, UniqueFd(pidfd));
}

Child::Child(Child&& other) noexcept : pid_(other.pid_), pidfd_(std::move(other.pidfd_)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = other.pid_;
    pidfd_ = std::move(other.pidfd_);
  }
  return *this;
}

Child::~Child() { end(); }

Result<void> Child::kill(int signal) {
  if (!pidfd_) return {};
  const auto send = [&] { return ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0); };
  auto sent = check(send, "send signal {} to process {}", signal, pid_);
  if (!sent && sent.error().os_error() == ESRCH) return {};
  return sent;
}

Result<Ending> Child::wait() {
  Ending ending;
  const auto wait4 = [&] { return ::wait4(pid_, &ending.status, __WALL, &ending.usage); };
  BERTH_CHECK_OK(call(wait4, "wait for process {}", pid_));
  pidfd_.reset();
  return ending;
}

void Child::release() { pidfd_.reset(); }

void Child::end() {
  if (!pidfd_) return;
  // Killing can only miss a child that has ended; waiting reaps it either way.
  std::ignore = kill(SIGKILL);
  std::ignore = wait();
}

}  // namespace berth::sys
