#include "berth/image/kept_locks.h"

#include <sys/stat.h>
#include <time.h>

#include <utility>

namespace berth::image {
namespace {

constexpr std::size_t kMostTrees = 64;

std::int64_t nanoseconds_of(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

std::int64_t now_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds_of(now);
}

}  // namespace

std::optional<KeptLocks::Stamp> KeptLocks::stamp_of(const std::filesystem::path& file) {
  struct stat status = {};
  if (::lstat(file.c_str(), &status) != 0) return std::nullopt;
  return Stamp{status.st_dev, status.st_ino, status.st_size, nanoseconds_of(status.st_ctim)};
}

Result<const ImageLock*> KeptLocks::of(const std::filesystem::path& root) {
  const std::string& key = root.native();
  // First the stamp: a file that is replaced in between is read once more.
  const auto stamp = stamp_of(root / kLockFile);
  if (const auto kept = kept_.find(key); stamp && kept != kept_.end() && kept->second.stamp == stamp) {
    return &kept->second.lock;
  }
  BERTH_TRY(std::optional<ImageLock> lock, read_image_lock(root));
  if (!lock) {
    kept_.erase(key);
    return nullptr;
  }
  if (kept_.size() >= kMostTrees) kept_.clear();
  const bool is_settled = stamp && stamp->changed_ns + settles_after_.count() < now_ns();
  Kept& kept = kept_[key] = Kept{is_settled ? stamp : std::nullopt, *std::move(lock)};
  return &kept.lock;
}

}  // namespace berth::image
