#include "berth/sys/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "berth/sys/syscall.h"

namespace berth::sys {

Result<Pipe> make_pipe() {
  std::array<int, 2> ends = {};
  BERTH_CHECK_OK(call([&] { return ::pipe2(ends.data(), O_CLOEXEC); }, "make a pipe"));
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<void> set_nonblocking(int fd, std::string_view name) {
  BERTH_TRY(int flags, call([&] { return ::fcntl(fd, F_GETFL); }, "read the flags of {}", name));
  if ((flags & O_NONBLOCK) != 0) return {};
  return check([&] { return ::fcntl(fd, F_SETFL, flags | O_NONBLOCK); }, "make {} non-blocking", name);
}

}  // namespace berth::sys
