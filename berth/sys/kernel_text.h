// Short texts that the kernel makes as they are read: of /proc and of cgroups. Calls wait for these.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"
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

// The whole of such a file, whatever its length: one read where it is short. For texts that the kernel makes in one
// piece (/proc/PID/status) or in pieces below 512 bytes each, as the lines of cgroup.procs are.
// Errors: those of read_file() of sys/file.h.
Result<std::string> read_kernel_file(const std::filesystem::path& path, std::size_t limit_bytes);

}  // namespace berth::sys
