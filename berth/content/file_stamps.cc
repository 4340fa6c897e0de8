#include "berth/content/file_stamps.h"

#include <time.h>

#include <algorithm>
#include <utility>

namespace berth::content {
namespace {

// Ten times the longest tick of Linux, by which file systems tell times.
constexpr std::int64_t kFreshNs = 100'000'000;

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

std::int64_t now_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now);
}

}  // namespace

FileStamps::Stamp FileStamps::stamp_of(std::filesystem::path path, const struct stat& status) {
  return {std::move(path),
          true,
          status.st_dev,
          status.st_ino,
          status.st_size,
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

void FileStamps::add(std::filesystem::path path, const struct stat& status) {
  const Stamp stamp = stamp_of(std::move(path), status);
  is_too_fresh_ = is_too_fresh_ || std::max(stamp.changed_ns, stamp.attached_ns) > now_ns() - kFreshNs;
  stamps_.push_back(stamp);
}

void FileStamps::add_missing(std::filesystem::path path) { stamps_.push_back({.path = std::move(path)}); }

bool FileStamps::still_hold() const {
  return !is_too_fresh_ && std::ranges::all_of(stamps_, [](const Stamp& stamp) {
    struct stat now = {};
    const bool is_there = ::stat(stamp.path.c_str(), &now) == 0;
    return is_there ? stamp == stamp_of(stamp.path, now) : !stamp.is_there;
  });
}

}  // namespace berth::content
