#include "berth/image/work_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxMountInfo = 16 << 20;
constexpr auto kPause = std::chrono::milliseconds(200);
constexpr int kRemovals = 10;

// Whether `lock` is still the file under its name: who sweeps removes it.
bool is_in_place(const UniqueFd& lock, const std::string& file) {
  struct stat own = {};
  struct stat there = {};
  return ::fstat(lock.get(), &own) == 0 && ::lstat(file.c_str(), &there) == 0 && own.st_ino == there.st_ino &&
         own.st_dev == there.st_dev;
}
std::string lock_of(const std::filesystem::path& path) { return path.native() + ".lock"; }

Result<UniqueFd> take_lock(const std::string& file, WorkFolder::Deadline deadline,
                           const std::function<void(std::string_view)>& on_wait,
                           const std::function<Result<void>()>& watch) {
  const auto open = [&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); };
  for (bool waited = false;; waited = true) {
    BERTH_TRY(int fd, sys::call(open, "open lock '{}'", file));
    UniqueFd lock(fd);
    const auto taken = sys::check([&] { return ::flock(lock.get(), LOCK_EX | LOCK_NB); }, "lock '{}'", file);
    if (taken && is_in_place(lock, file)) return lock;
    if (taken) continue;
    if (taken.error().os_error() != EWOULDBLOCK) return std::unexpected(taken.error());
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(Errc::TimedOut, fmt::format("lock '{}': another process holds it and did not end in time", file));
    }
    if (!waited && on_wait) on_wait("waiting for another process that does the same to end");
    if (watch) BERTH_CHECK_OK(watch());
    std::this_thread::sleep_for(kPause);
  }
}

// A mount below would be emptied along with the folder: /dev of this machine, say.
Result<void> remove_folder(const std::filesystem::path& path) {
  BERTH_TRY(const std::string mounts, sys::read_file("/proc/self/mountinfo", kMaxMountInfo));
  if (has_mount_below(mounts, path)) {
    return fail(Errc::Denied, fmt::format("remove work folder '{0}': something is mounted in it; unmount it with "
                                          "'umount --recursive {0}'",
                                          path.native()));
  }
  std::error_code error;
  for (int tries = 0; tries < kRemovals; ++tries) {
    std::filesystem::remove_all(path, error);
    if (!error) return {};
    std::this_thread::sleep_for(kPause);  // a killed build's last process may still be writing
  }
  return std::unexpected(Error::from_errno(error.value(), fmt::format("remove work folder '{}'", path.native())));
}

}  // namespace

bool has_mount_below(std::string_view mountinfo, const std::filesystem::path& path) {
  while (!mountinfo.empty()) {
    const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    std::string_view line = mountinfo.substr(0, end);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    for (int field = 0; field < 4; ++field) {  // the fifth is where it is mounted
      const std::size_t blank = line.find(' ');
      line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
    }
    const std::string_view target = line.substr(0, line.find(' '));
    const std::string& folder = path.native();
    if (target.starts_with(folder) && (target.size() == folder.size() || target[folder.size()] == '/')) return true;
  }
  return false;
}

Result<WorkFolder> WorkFolder::open(std::filesystem::path path, Deadline deadline,
                                    const std::function<void(std::string_view)>& on_wait,
                                    const std::function<Result<void>()>& watch) {
  BERTH_CHECK_OK(sys::make_folders(path.parent_path(), 0755));
  BERTH_TRY(UniqueFd lock, take_lock(lock_of(path), deadline, on_wait, watch));
  BERTH_CHECK_OK(remove_folder(path));
  BERTH_CHECK_OK(sys::make_folders(path, 0755));
  return WorkFolder(std::move(path), std::move(lock));
}

Result<void> remove_left_folder(const std::filesystem::path& path) {
  const auto doing = [&] { return fmt::format("remove work folder '{}'", path.native()); };
  const std::string file = lock_of(path);
  const auto open = [&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); };
  BERTH_TRY(int fd, sys::call(open, "open lock '{}'", file));
  const UniqueFd lock(fd);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || !is_in_place(lock, file)) {
    return fail(Errc::Conflict, doing() + ": a process works in it");
  }
  BERTH_CHECK_OK(remove_folder(path));
  return sys::check([&] { return ::unlink(file.c_str()); }, "remove lock '{}'", file);
}

void sweep_work_folders(const std::filesystem::path& parent) {
  constexpr std::string_view kLock = ".lock";
  std::error_code error;
  std::vector<std::filesystem::path> locks;
  for (const auto& entry : std::filesystem::directory_iterator(parent, error)) {
    if (entry.path().extension() == kLock) locks.push_back(entry.path());
  }
  for (const std::filesystem::path& file : locks) {
    std::filesystem::path folder = file;
    folder.replace_extension();
    static_cast<void>(remove_left_folder(folder));
  }
}

bool WorkFolder::is_held(const std::filesystem::path& path) {
  const UniqueFd lock(::open(lock_of(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  // Shared, and let go at once: whoever wants it in this moment tries again.
  return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0;
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

WorkFolder::~WorkFolder() {
  // What cannot be removed now is removed at the next start.
  if (!path_.empty()) static_cast<void>(remove_folder(path_));
}

}  // namespace berth::image
