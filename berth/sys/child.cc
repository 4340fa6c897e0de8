#include "berth/sys/child.h"

#include <fmt/format.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "berth/sys/syscall.h"
#include "berth/sys/visitor.h"

namespace berth::sys {
namespace {

// A process that was born.
struct Born {
  pid_t pid = -1;
  int pidfd = -1;
  int error = 0;  // errno value where none was
};

// What one who went into a network namespace tells of it.
struct Visit {
  Born born;
  bool entered = false;
};

Born clone_process(std::uint64_t clone_flags, std::optional<int> cgroup, const std::function<int()>& body) {
  Born born;
  clone_args args = {};
  args.flags = clone_flags | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&born.pidfd);
  // A sibling ends with the signal that its elder was given.
  args.exit_signal = (clone_flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  if (cgroup) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<__u64>(*cgroup);
  }
  do {
    born.pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof(args)));
    born.error = born.pid < 0 ? errno : 0;
  } while (born.error == EINTR);
  // An exception must not unwind into the parent's frames, of which this is a copy: it ends the child.
  if (born.pid == 0) ::_exit([&]() noexcept { return body(); }());
  return born;
}

std::unexpected<Error> not_born(int error, std::uint64_t clone_flags) {
  return std::unexpected(Error::from_errno(error, fmt::format("clone3 with flags {:#x}", clone_flags)));
}

}  // namespace

Result<Child> Child::start(std::uint64_t clone_flags, std::optional<int> cgroup, const std::function<int()>& body) {
  const Born born = clone_process(clone_flags, cgroup, body);
  if (born.error != 0) return not_born(born.error, clone_flags);
  return Child(born.pid, UniqueFd(born.pidfd));
}

Result<Child> Child::start_in_network(int network, std::uint64_t clone_flags, std::optional<int> cgroup,
                                      const std::function<int()>& body) {
  // It goes there, has a child that is ours, and ends.
  const auto visit = [&] {
    Visit seen;
    seen.entered = ::setns(network, CLONE_NEWNET) == 0;
    seen.born.error = seen.entered ? 0 : errno;
    if (seen.entered) seen.born = clone_process(clone_flags | CLONE_PARENT, cgroup, body);
    return seen;
  };
  BERTH_TRY(const Visit seen, told_by_visitor(visit, "enter a network namespace"));
  const Born& born = seen.born;
  if (!seen.entered) return std::unexpected(Error::from_errno(born.error, "setns to a network namespace"));
  if (born.error != 0) return not_born(born.error, clone_flags);
  return Child(born.pid, UniqueFd(born.pidfd));
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
