#include "berth/doctor/attempt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

Result<void> write_own(const char* file, const std::string& text) {
  const std::string path = fmt::format("/proc/self/{}", file);
  BERTH_TRY(int fd, sys::call([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", path));
  const UniqueFd owner(fd);
  return sys::check([&] { return ::write(fd, text.data(), text.size()); }, "write '{}' to {}", text, path);
}

// Makes this process root of its own, new user namespace.
Result<void> become_root_inside(uid_t user, gid_t group) {
  BERTH_CHECK_OK(write_own("setgroups", "deny"));
  BERTH_CHECK_OK(write_own("uid_map", fmt::format("0 {} 1", user)));
  return write_own("gid_map", fmt::format("0 {} 1", group));
}

// What the copy tells: nothing, or the kind of its error as one byte, and the text.
void tell(const UniqueFd& pipe, const Error& error) {
  std::string text(1, static_cast<char>(error.code()));
  text += error.message().substr(0, 4000);  // below what a pipe takes in one write
  std::ignore = sys::write_all(pipe.get(), text, "the report");
}

Result<void> hear(const UniqueFd& pipe, std::chrono::milliseconds time_limit) {
  pollfd polled = {pipe.get(), POLLIN, 0};
  BERTH_TRY(int ready,
            sys::call([&] { return ::poll(&polled, 1, static_cast<int>(time_limit.count())); }, "wait for an attempt"));
  if (ready == 0) return fail(Errc::TimedOut, fmt::format("it did not end within {} ms", time_limit.count()));
  BERTH_TRY(const std::string text, sys::read_to_end(pipe.get(), 8192, "the report"));
  if (text.empty()) return {};
  return fail(static_cast<Errc>(text.front()), text.substr(1));
}

Result<void> attempt_in(std::uint64_t namespaces, const std::function<Result<void>()>& body,
                        std::chrono::milliseconds time_limit) {
  BERTH_TRY(sys::Pipe report, sys::make_pipe());
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  const bool own_user_namespace = (namespaces & CLONE_NEWUSER) != 0;
  const auto run = [&] {
    Result<void> done;
    if (own_user_namespace) done = become_root_inside(user, group);
    if (done) done = body();
    if (!done) tell(report.write, done.error());
    return done ? 0 : 1;
  };
  BERTH_TRY(sys::Child child,
            sys::Child::start(namespaces, std::nullopt, run).context([] { return "start a process"; }));
  report.write.reset();
  BERTH_CHECK_OK(hear(report.read, time_limit));
  BERTH_TRY(const sys::Ending ending, child.wait());
  if (ending.status != 0) return fail(Errc::Unavailable, fmt::format("it ended with wait status {}", ending.status));
  return {};
}

}  // namespace

Result<void> attempt(std::uint64_t namespaces, const std::function<Result<void>()>& body,
                     std::chrono::milliseconds time_limit) {
  if (namespaces != 0 && ::geteuid() != 0) namespaces |= CLONE_NEWUSER;
  return attempt_in(namespaces, body, time_limit);
}

Result<void> attempt_user_namespace() {
  // A namespace that gives no capability is no use: AppArmor can hand out such.
  return attempt_in(CLONE_NEWUSER | CLONE_NEWNS, sys::make_mounts_private, std::chrono::seconds(5));
}

}  // namespace berth::doctor
