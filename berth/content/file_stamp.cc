#include "berth/content/file_stamp.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>

namespace berth::content {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::int64_t kTick = kNanoseconds / 20;  // more than any kernel's

std::int64_t in_ns(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * kNanoseconds + time.tv_nsec;
}

}  // namespace

std::optional<FileStamp> stamp_at(int root, const std::filesystem::path& inside) {
  struct stat status = {};
  if (::fstatat(root, inside.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return FileStamp{.modified_ns = in_ns(status.st_mtim),
                   .changed_ns = in_ns(status.st_ctim),
                   .inode = status.st_ino,
                   .device = status.st_dev,
                   // A link says nothing about what it leads to; a size that no file has makes it differ each time.
                   .size = S_ISLNK(status.st_mode) ? UINT64_MAX : static_cast<std::uint64_t>(status.st_size)};
}

std::int64_t file_time_now_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return in_ns(now);
}

bool is_settled(const FileStamp& stamp, std::int64_t now_ns) {
  return stamp.size != UINT64_MAX && std::max(stamp.modified_ns, stamp.changed_ns) + kTick < now_ns;
}

}  // namespace berth::content
