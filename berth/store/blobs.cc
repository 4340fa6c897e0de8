#include "berth/store/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "berth/store/folder.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::store {
namespace {

constexpr std::string_view kDraft = ".new.";

// A lock on the folder's names. A put holds it with others while it finds or places its bytes; a removal holds it
// alone, so that none happens between a put's finding the bytes there and renewing their time.
Result<UniqueFd> lock_names(const std::filesystem::path& folder, int operation) {
  const std::string path = folder / ".lock";
  BERTH_TRY(const int fd,
            sys::call([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); },
                      "open '{}'", path));
  UniqueFd lock(fd);
  BERTH_CHECK_OK(sys::check([&] { return ::flock(lock.get(), operation); }, "lock '{}'", path));
  return lock;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::filesystem::path path_of(const std::filesystem::path& folder, std::string_view sha256) {
  return folder / sha256.substr(0, 2) / sha256;
}

// A file that is being written, beside where it will be. Goes away unless it is placed.
class Draft {
 public:
  static Result<std::unique_ptr<Draft>> make(const std::filesystem::path& folder) {
    BERTH_CHECK_OK(sys::make_folders(folder, 0700));
    std::string path = folder / fmt::format("{}XXXXXX", kDraft);
    BERTH_TRY(const int fd,
              sys::call([&] { return ::mkostemp(path.data(), O_CLOEXEC); }, "make a file in '{}'", folder.native()));
    return std::unique_ptr<Draft>(new Draft(std::move(path), UniqueFd(fd)));
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Result<void> write(std::string_view bytes) { return sys::write_all(file_.get(), bytes, path_); }

  // Gives the bytes their name, and returns when both are on disk. Bytes that are there already are only renewed.
  Result<void> place(const std::filesystem::path& folder, std::string_view sha256) {
    BERTH_CHECK_OK(sys::check([&] { return ::fsync(file_.get()); }, "fsync '{}'", path_));
    const std::filesystem::path path = path_of(folder, sha256);
    BERTH_CHECK_OK(sys::make_folders(path.parent_path(), 0700));
    BERTH_TRY(const UniqueFd lock, lock_names(folder, LOCK_SH));
    // The same bytes under the same name: whichever of several puts comes last, nothing changes for a reader.
    BERTH_CHECK_OK(sys::check([&] { return ::rename(path_.c_str(), path.c_str()); }, "rename '{}'", path_));
    path_.clear();
    BERTH_CHECK_OK(sync_folder(path.parent_path()));
    return sync_folder(folder);
  }

 private:
  Draft(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;  // empty once placed
  UniqueFd file_;
};

// When bytes are there already, renews their time, so that they are not swept before their new row is there.
Result<bool> renew(const std::filesystem::path& folder, std::string_view sha256, std::uint64_t size_bytes) {
  BERTH_CHECK_OK(sys::make_folders(folder, 0700));
  BERTH_TRY(const UniqueFd lock, lock_names(folder, LOCK_SH));
  const std::filesystem::path path = path_of(folder, sha256);
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  // Not what we placed: written anew.
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != size_bytes) return false;
  BERTH_CHECK_OK(sys::check([&] { return ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW); },
                            "renew '{}'", path.native()));
  // Another process may have renamed it into place a moment ago, and not have synced the folders yet.
  BERTH_CHECK_OK(sync_folder(path.parent_path()));
  BERTH_CHECK_OK(sync_folder(folder));
  return true;
}

bool is_older(const struct stat& status, std::chrono::seconds age) {
  return std::chrono::system_clock::from_time_t(status.st_mtime) + age <= std::chrono::system_clock::now();
}

}  // namespace

Result<FileFacts> Blobs::put(std::string_view bytes, std::string_view name) const {
  FileFacts facts = file_facts_of(bytes, name);
  const auto naming = [&] { return fmt::format("store file '{}'", name); };
  BERTH_TRY(const bool there, renew(folder_, facts.sha256, facts.size_bytes).context(naming));
  if (there) return facts;
  BERTH_TRY(const auto draft, Draft::make(folder_).context(naming));
  BERTH_CHECK_OK(draft->write(bytes).context(naming));
  BERTH_CHECK_OK(draft->place(folder_, facts.sha256).context(naming));
  return facts;
}

Result<FileFacts> Blobs::put(int fd, std::uint64_t limit_bytes, std::string_view name) const {
  const auto naming = [&] { return fmt::format("store file '{}'", name); };
  BERTH_TRY(const auto draft, Draft::make(folder_).context(naming));
  FileDigest digest;
  std::array<char, 65536> chunk;
  std::uint64_t size_bytes = 0;
  for (;;) {
    BERTH_TRY(const int got, sys::call([&] { return ::read(fd, chunk.data(), chunk.size()); }, "read").context(naming));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    size_bytes += bytes.size();
    if (size_bytes > limit_bytes) {
      return fail(Errc::Exhausted, fmt::format("{}: it is larger than the limit of {} bytes", naming(), limit_bytes));
    }
    digest.update(bytes);
    BERTH_CHECK_OK(draft->write(bytes).context(naming));
  }
  FileFacts facts = std::move(digest).facts(name);
  BERTH_TRY(const bool there, renew(folder_, facts.sha256, facts.size_bytes).context(naming));
  if (!there) BERTH_CHECK_OK(draft->place(folder_, facts.sha256).context(naming));
  return facts;
}

Result<UniqueFd> Blobs::open(std::string_view sha256) const {
  if (!is_digest(sha256)) {
    return fail(Errc::InvalidInput, fmt::format("open stored file '{}': that is no SHA-256", sha256.substr(0, 100)));
  }
  BERTH_TRY(const UniqueFd folder, sys::open_place(folder_));
  return sys::open_without_links(folder.get(), path_of("", sha256), O_RDONLY | O_NONBLOCK, folder_.native());
}

Result<std::vector<std::string>> Blobs::older_than(std::chrono::seconds age) const {
  std::vector<std::string> found;
  std::error_code error;
  using Recursive = std::filesystem::recursive_directory_iterator;
  for (Recursive at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename();
    struct stat status = {};
    if (!is_digest(name) || ::lstat(at->path().c_str(), &status) != 0) continue;
    if (S_ISREG(status.st_mode) && is_older(status, age)) found.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return std::unexpected(Error::from_errno(error.value(), fmt::format("list folder '{}'", folder_.native())));
  }
  return found;
}

Result<std::optional<std::uint64_t>> Blobs::remove_older(std::string_view sha256, std::chrono::seconds age) const {
  BERTH_ASSERT(is_digest(sha256));
  BERTH_TRY(const UniqueFd lock, lock_names(folder_, LOCK_EX));
  const std::filesystem::path path = path_of(folder_, sha256);
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0 || !is_older(status, age)) return std::nullopt;
  BERTH_CHECK_OK(sys::check([&] { return ::unlink(path.c_str()); }, "remove '{}'", path.native()));
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> Blobs::remove_drafts(std::chrono::seconds age) const {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    struct stat status = {};
    if (!at->path().filename().native().starts_with(kDraft) || ::lstat(at->path().c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode) || !is_older(status, age)) continue;
    BERTH_CHECK_OK(sys::check([&] { return ::unlink(at->path().c_str()); }, "remove '{}'", at->path().native()));
  }
  return {};
}

}  // namespace berth::store
