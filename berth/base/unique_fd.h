// Ownership of a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace berth {

// Owns one file descriptor. Closing in the destructor drops the error, which
// is right for reads, pipes and directories; a writer whose bytes must survive
// calls fsync and checks it before letting go.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    // No EINTR loop: on Linux the number is free again even then, and a second
    // close could hit a descriptor another thread has just opened.
    if (int old = std::exchange(fd_, fd); old >= 0) ::close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace berth
