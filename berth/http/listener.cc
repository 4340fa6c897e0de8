#include "berth/http/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {
namespace {

constexpr const char* kGroup = "berth";
constexpr mode_t kMode = 0660;

std::optional<gid_t> find_group() {
  const group* found = ::getgrnam(kGroup);
  if (found == nullptr) return std::nullopt;
  return found->gr_gid;
}

std::filesystem::path lock_of(std::filesystem::path socket) {
  socket += ".lock";
  return socket;
}

bool is_file_at(int fd, const std::filesystem::path& path) {
  struct stat opened = {};
  struct stat there = {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &there) == 0 && opened.st_dev == there.st_dev &&
         opened.st_ino == there.st_ino;
}

// What lies there, as S_IFSOCK for a socket; none where nothing does.
std::optional<mode_t> kind_at(const std::filesystem::path& path) {
  struct stat there = {};
  return ::lstat(path.c_str(), &there) == 0 ? std::optional(there.st_mode & S_IFMT) : std::nullopt;
}

// What lies there and is no socket is somebody's data.
Result<void> check_free(const std::filesystem::path& path) {
  if (kind_at(path).value_or(S_IFSOCK) == S_IFSOCK) return {};
  return fail(Errc::InvalidInput,
              "what lies there is no socket, and is left as it is; give another path (--socket, serve.socket), or move "
              "it away");
}

// Nothing but the id of a process: any other file of that name is somebody's data, too.
bool is_of_lock(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Who holds the lock has written its id into it. It is removed by its holder: one that was removed between open and
// lock holds nothing.
Result<UniqueFd> take_lock(const std::filesystem::path& path) {
  const auto open = [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); };
  UniqueFd lock;
  do {
    BERTH_TRY(const int opened, sys::call(open, "open '{}'", path.native()));
    lock.reset(opened);
    const bool is_free = ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
    const auto holder = sys::read_to_end(lock.get(), 64, "the lock");
    if (!holder || !is_of_lock(*holder)) {
      return fail(Errc::InvalidInput, fmt::format("'{}' is not the lock of a daemon, and is left as it is; give "
                                                  "another path (--socket, serve.socket), or move it away",
                                                  path.native()));
    }
    if (!is_free) {
      return fail(Errc::AlreadyExists, fmt::format("another daemon serves there already, process {}",
                                                   !holder->empty() ? *holder : "unknown"));
    }
  } while (!is_file_at(lock.get(), path));
  const int fd = lock.get();
  const std::string pid = std::to_string(::getpid());
  BERTH_CHECK_OK(sys::check([&] { return ::ftruncate(fd, 0); }, "empty '{}'", path.native()));
  BERTH_CHECK_OK(sys::check([&] { return ::lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0; }, "rewind '{}'", path.native()));
  BERTH_CHECK_OK(sys::write_all(fd, pid, path.native()));
  return lock;
}

// A socket of a daemon that died, or of another program, which is left alone.
Result<void> clear(const std::filesystem::path& path) {
  const auto connected = sys::connect_to(path);
  if (connected) {
    const auto peer = sys::peer_of(connected->get());
    return fail(Errc::AlreadyExists, fmt::format("process {} listens there already", peer ? peer->pid : 0));
  }
  if (connected.error().code() == Errc::NotFound) return {};
  if (connected.error().code() != Errc::Unavailable) return std::unexpected(connected.error());
  BERTH_CHECK_OK(check_free(path));  // it may have come meanwhile
  return sys::check([&] { return ::unlink(path.c_str()); }, "remove '{}'", path.native());
}

Result<void> check_handed_over(int fd) {
  int listens = 0;
  int domain = 0;
  socklen_t size = sizeof(listens);
  const bool known = ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
                     ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0;
  if (known && listens == 1 && domain == AF_UNIX) return {};
  return fail(Errc::InvalidInput,
              "the socket that was handed over is no Unix socket that listens (ListenStream=/PATH)");
}

}  // namespace

Result<Listener> Listener::open(const std::filesystem::path& path, std::optional<UniqueFd> handed_over) {
  const auto doing = [&] { return fmt::format("listen at '{}'", path.native()); };
  Listener listener;
  listener.group_ = ::geteuid() == 0 ? find_group() : std::nullopt;
  if (handed_over) {
    BERTH_CHECK_OK(check_handed_over(handed_over->get()).context(doing));
    listener.socket_ = *std::move(handed_over);
    BERTH_CHECK_OK(sys::set_nonblocking(listener.fd(), "the socket").context(doing));
    return listener;
  }
  BERTH_CHECK_OK(check_free(path).context(doing));
  BERTH_CHECK_OK(sys::make_folders(path.parent_path(), 0711).context(doing));
  BERTH_TRY(listener.lock_, take_lock(lock_of(path)).context(doing));
  listener.path_ = path;
  BERTH_CHECK_OK(clear(path).context(doing));
  BERTH_TRY(listener.socket_, sys::listen_at(path, kMode).context(doing));
  BERTH_CHECK_OK(sys::set_nonblocking(listener.fd(), "the socket").context(doing));
  if (listener.group_) {
    const auto give = [&] { return ::chown(path.c_str(), static_cast<uid_t>(-1), *listener.group_); };
    // In an ordinary user's own namespace the group has no id: then it is the user's alone.
    if (!sys::check(give, "give the socket to group '{}'", kGroup)) listener.group_.reset();
  }
  return listener;
}

void Listener::close() {
  // The file first: nobody else's can be there as long as we hold the lock.
  if (socket_ && !path_.empty() && kind_at(path_) == S_IFSOCK) ::unlink(path_.c_str());
  socket_.reset();
  if (lock_) ::unlink(lock_of(path_).c_str());
  path_.clear();
  lock_.reset();
}

}  // namespace berth::http
