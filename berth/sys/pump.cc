#include "berth/sys/pump.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "berth/sys/syscall.h"

namespace berth::sys {

Result<void> Pump::read(int from) {
  std::array<char, 65536> chunk;
  const auto got = call([&] { return ::read(from, chunk.data(), chunk.size()); }, "read what is to be passed on");
  if (!got && got.error().os_error() == EAGAIN) return {};
  // EIO: the other side of a terminal has been closed.
  const bool is_gone = !got && (got.error().os_error() == EIO || got.error().os_error() == ECONNRESET);
  if (!got && !is_gone) return std::unexpected(got.error());
  const std::size_t size = is_gone ? 0 : static_cast<std::size_t>(*got);
  if (size == 0) is_open_ = false;
  pending_.assign(chunk.data(), size);
  return {};
}

Result<void> Pump::write(int to) {
  const std::size_t size = std::min<std::size_t>(pending_.size(), PIPE_BUF);
  const auto put = call([&] { return ::write(to, pending_.data(), size); }, "pass on what was read");
  if (put) {
    pending_.erase(0, static_cast<std::size_t>(*put));
    return {};
  }
  const int error = put.error().os_error();
  if (error == EAGAIN) return {};
  if (error != EPIPE && error != EIO && error != ECONNRESET) return std::unexpected(put.error());
  pending_.clear();
  is_open_ = false;
  return {};
}

}  // namespace berth::sys
