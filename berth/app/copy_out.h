// Files that a container has made, taken out of it within bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::app {

struct CopiedFile {
  std::string sha256;
  std::string head;  // its first 64 bytes
};

// One bound for all files together: each counts with its whole length, as a sparse one costs a container nothing.
class CopyOut {
 public:
  CopyOut(std::uint64_t limit_bytes, std::chrono::steady_clock::time_point deadline)
      : left_bytes_(limit_bytes), deadline_(deadline) {}

  // Copies `name` of `folder`, which is not trusted, to the new file `target`.
  // Errors: Corrupt when it is no file; Exhausted when all are together larger than the bound; TimedOut; those of
  // opening, reading and writing.
  Result<CopiedFile> copy(const UniqueFd& folder, const std::string& name, const std::filesystem::path& target);

 private:
  std::uint64_t left_bytes_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace berth::app
