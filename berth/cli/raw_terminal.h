// Our own terminal while a program elsewhere has it: every key goes there, and nothing is echoed here.
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

#include "berth/base/result.h"

namespace berth::cli {

// Makes the terminal raw, and gives it back as it was with its destruction.
class RawTerminal {
 public:
  // `fd` is a terminal and stays the caller's. Errors: those of tcsetattr(3).
  static Result<RawTerminal> take(int fd);
  RawTerminal(RawTerminal&& other) noexcept;
  RawTerminal& operator=(RawTerminal&&) = delete;
  ~RawTerminal();

 private:
  RawTerminal(int fd, const termios& before) : fd_(fd), before_(before) {}

  int fd_;  // -1 once moved from
  termios before_;
};

// The size of the terminal `fd`; 80 by 24 where it does not tell.
winsize window_size(int fd);

}  // namespace berth::cli
