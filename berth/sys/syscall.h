// One system call as a Result whose error says what was asked of the kernel.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "berth/base/result.h"

namespace berth::sys {

// Makes one system call and turns its return value into a Result:
//
//   BERTH_TRY(int fd, call([&] { return ::open(p, O_PATH | O_CLOEXEC); }, "open {}", p));
//
// The call is a lambda so that errno is read right after it: as a plain argument it could run before the others
// are evaluated, and they may touch errno. Repeats after EINTR; never use it for close(2).
//
// The text names the call and the arguments that choose its outcome, never "failed": the reader knows that already.
template <class F, class... Args>
Result<int> call(F&& syscall, fmt::format_string<Args...> doing, Args&&... args) {
  for (;;) {
    const auto rc = syscall();
    const int err = errno;
    if (rc >= 0) return static_cast<int>(rc);
    if (err == EINTR) continue;
    return std::unexpected(Error::from_errno(err, fmt::format(doing, std::forward<Args>(args)...)));
  }
}

// The same where only success matters.
template <class F, class... Args>
Result<void> check(F&& syscall, fmt::format_string<Args...> doing, Args&&... args) {
  BERTH_CHECK_OK(call(std::forward<F>(syscall), doing, std::forward<Args>(args)...));
  return {};
}

}  // namespace berth::sys
