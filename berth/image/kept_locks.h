// The lock files of content trees, for a process that stays and needs them at every call.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/image/image_lock.h"

namespace berth::image {

// Reads a lock file anew when it is another file than it was, or has been changed. For one thread.
class KeptLocks {
 public:
  // Within one tick of the kernel's clock a file can be changed twice under the same time: what was changed less than
  // `settles_after` ago is read again.
  explicit KeptLocks(std::chrono::nanoseconds settles_after = std::chrono::seconds(1))
      : settles_after_(settles_after) {}

  // As read_image_lock(); null where the tree has none. The answer holds until the next call. Errors: those.
  Result<const ImageLock*> of(const std::filesystem::path& root);

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size_bytes = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Kept {
    std::optional<Stamp> stamp;  // none: it was changed just now, and may change again unseen
    ImageLock lock;
  };
  static std::optional<Stamp> stamp_of(const std::filesystem::path& file);

  std::chrono::nanoseconds settles_after_;
  std::map<std::string, Kept> kept_;  // by the tree's folder
};

}  // namespace berth::image
