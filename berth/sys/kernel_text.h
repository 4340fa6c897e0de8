// Short texts that the kernel makes as they are read: of /proc and of cgroups. Calls wait for these.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "berth/base/unique_fd.h"

namespace berth::sys {

// What one read of such a file gives, 4 KiB at most: the kernel gives as much as there is room for, so that there is no
// second one, which would only say so. Empty where it cannot be read.
class KernelText {
 public:
  explicit KernelText(const char* file) {
    const UniqueFd opened(::open(file, O_RDONLY | O_CLOEXEC));
    const ssize_t got = opened ? ::read(opened.get(), bytes_.data(), bytes_.size()) : -1;
    if (got > 0) size_ = static_cast<std::size_t>(got);
  }

  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 4096> bytes_;  // those behind the text are nobody's
  std::size_t size_ = 0;
};

}  // namespace berth::sys
