#include "berth/content/file_stamps.h"

#include <sys/statfs.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::content {
namespace {

// Ten times the longest tick of Linux, by which file systems tell times; more than the steps of those that tell whole
// seconds (ext3), or two (FAT).
constexpr std::int64_t kFreshNs = 100'000'000;
constexpr std::int64_t kFreshSecondsNs = 3'000'000'000;
constexpr std::int64_t kSecondNs = 1'000'000'000;

// Of machines, or programs, that tell times by clocks of their own, or tell them late (statfs(2)).
constexpr std::array<std::uint32_t, 8> kElsewhere = {
    0x6969 /* NFS */,    0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */, 0x517b /* SMB */,
    0x01021997 /* 9P */, 0x65735546 /* FUSE */, 0x00c36400 /* Ceph */, 0x5346414f /* AFS */};

bool is_elsewhere(const std::filesystem::path& path) {
  struct statfs status = {};
  if (::statfs(path.c_str(), &status) != 0) return true;
  return std::ranges::find(kElsewhere, static_cast<std::uint32_t>(status.f_type)) != kElsewhere.end();
}

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
  const bool has_seconds_only = stamp.changed_ns % kSecondNs == 0 || stamp.attached_ns % kSecondNs == 0;
  const std::int64_t fresh = now_ns() - (has_seconds_only ? kFreshSecondsNs : kFreshNs);
  never_hold_ = never_hold_ || std::max(stamp.changed_ns, stamp.attached_ns) > fresh || is_elsewhere(stamp.path);
  stamps_.push_back(stamp);
}

void FileStamps::add_missing(std::filesystem::path path) { stamps_.push_back({.path = std::move(path)}); }

void FileStamps::add(const FileStamps& others) {
  stamps_.insert(stamps_.end(), others.stamps_.begin(), others.stamps_.end());
  never_hold_ = never_hold_ || others.never_hold_;
}

bool FileStamps::still_hold() const {
  return !never_hold_ && std::ranges::all_of(stamps_, [](const Stamp& stamp) {
    struct stat now = {};
    const bool is_there = ::stat(stamp.path.c_str(), &now) == 0;
    return is_there ? stamp == stamp_of(stamp.path, now) : !stamp.is_there;
  });
}

}  // namespace berth::content
