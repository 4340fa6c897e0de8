#include "berth/app/fetched_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdlib>

#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

// Names of sources begin with a letter or digit.
constexpr char kStaging[] = ".staging-";
constexpr auto kPause = std::chrono::milliseconds(100);  // between looks at a lock that another holds

Result<void> remove_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);  // of a link only the link
  if (!error) return {};
  return fail(Errc::Unavailable, fmt::format("remove '{}': {}", folder.native(), error.message()));
}

}  // namespace

Result<FetchedContent> FetchedContent::open(const fs::path& folder) {
  BERTH_CHECK_OK(sys::make_folders(folder, 0700));
  const fs::path file = folder / ".lock";
  BERTH_TRY(const int fd,
            sys::call([&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); },
                      "open '{}'", file.native()));
  UniqueFd lock(fd);
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return std::unexpected(Error::from_errno(errno, fmt::format("lock '{}'", file.native())));
    }
    BERTH_CHECK_OK(sys::rest(kPause).context([&] { return fmt::format("wait for the lock '{}'", file.native()); }));
  }
  FetchedContent content(folder, std::move(lock));
  BERTH_CHECK_OK(content.sweep());
  return content;
}

Result<void> FetchedContent::sweep() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().filename().native().starts_with(kStaging)) BERTH_CHECK_OK(remove_folder(entry.path()));
  }
  if (error) return fail(Errc::Unavailable, fmt::format("list '{}': {}", folder_.native(), error.message()));
  return {};
}

Result<void> FetchedContent::put(const std::string& name, const std::function<Result<void>(const fs::path&)>& fill) {
  std::string staging = (folder_ / kStaging).native() + "XXXXXX";
  if (::mkdtemp(staging.data()) == nullptr) {
    const int err = errno;
    return std::unexpected(Error::from_errno(err, fmt::format("make a folder in '{}'", folder_.native())));
  }
  const fs::path content = fs::path(staging) / "content";
  const fs::path place = place_of(name);
  auto done = fill(content);
  if (done) {
    done = sys::check([&] { return ::renameat2(AT_FDCWD, content.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE); },
                      "rename to '{}'", place.native());
    // In one step, so that there is no moment without; what was there goes with the staging folder.
    if (!done && done.error().os_error() == EEXIST) {
      done =
          sys::check([&] { return ::renameat2(AT_FDCWD, content.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE); },
                     "exchange with '{}'", place.native());
    }
  }
  const auto removed = remove_folder(staging);
  return done ? removed : done;
}

Result<void> FetchedContent::remove(const std::string& name) { return remove_folder(place_of(name)); }

}  // namespace berth::app
