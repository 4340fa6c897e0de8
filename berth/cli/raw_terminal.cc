#include "berth/cli/raw_terminal.h"

#include <utility>

#include "berth/sys/syscall.h"

namespace berth::cli {

Result<RawTerminal> RawTerminal::take(int fd) {
  termios before = {};
  BERTH_CHECK_OK(sys::check([&] { return ::tcgetattr(fd, &before); }, "read the settings of the terminal"));
  termios raw = before;
  ::cfmakeraw(&raw);
  BERTH_CHECK_OK(sys::check([&] { return ::tcsetattr(fd, TCSADRAIN, &raw); }, "make the terminal raw"));
  return RawTerminal(fd, before);
}

RawTerminal::RawTerminal(RawTerminal&& other) noexcept : fd_(std::exchange(other.fd_, -1)), before_(other.before_) {}

RawTerminal::~RawTerminal() {
  if (fd_ >= 0) ::tcsetattr(fd_, TCSADRAIN, &before_);
}

winsize window_size(int fd) {
  winsize size = {};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  return size;
}

}  // namespace berth::cli
