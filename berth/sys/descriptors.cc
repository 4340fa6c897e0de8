#include "berth/sys/descriptors.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace berth::sys {

void close_all_but(std::vector<int> kept) {
  std::ranges::sort(kept);
  unsigned next = 0;
  for (const int fd : kept) {
    if (fd < 0) continue;
    if (static_cast<unsigned>(fd) > next) ::syscall(SYS_close_range, next, fd - 1, 0);
    next = static_cast<unsigned>(fd) + 1;
  }
  ::syscall(SYS_close_range, next, ~0u, 0);
}

bool is_readable(int descriptor) {
  pollfd polled = {descriptor, POLLIN, 0};
  return ::poll(&polled, 1, 0) == 1;
}

}  // namespace berth::sys
