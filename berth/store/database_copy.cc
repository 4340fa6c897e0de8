#include "berth/store/database_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "berth/base/unique_fd.h"
#include "berth/store/folder.h"
#include "berth/store/sqlite_error.h"
#include "berth/sys/syscall.h"

namespace berth::store {
namespace {

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Result<Connection> connect(const std::string& path) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(opened);
  if (code != SQLITE_OK) return sqlite_failure(opened, code);
  sqlite3_busy_timeout(opened, 30'000);
  return connection;
}

// With a connection of its own to `from`, which may be in the middle of a transaction of ours.
Result<void> copy_pages(const std::string& from, const std::string& to) {
  BERTH_TRY(const Connection source, connect(from));
  BERTH_TRY(const Connection target, connect(to));
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) return sqlite_failure(target.get(), sqlite3_extended_errcode(target.get()));
  const int stepped = sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return sqlite_failure(target.get(), code);
  // Not done, and no error: one of the two was locked for too long.
  if (stepped != SQLITE_DONE) return sqlite_failure(source.get(), stepped);
  return {};
}

Result<void> sync_file(const std::string& path) {
  BERTH_TRY(const int fd, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open '{}'", path));
  const UniqueFd file(fd);
  return sys::check([&] { return ::fsync(file.get()); }, "fsync '{}'", path);
}

}  // namespace

Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto naming = [&] { return fmt::format("copy database to '{}'", to.native()); };
  std::string draft = to.native() + ".XXXXXX";
  // mkostemp makes it for the owner alone.
  BERTH_TRY(const int fd,
            sys::call([&] { return ::mkostemp(draft.data(), O_CLOEXEC); }, "make a file beside '{}'", to.native()));
  UniqueFd(fd).reset();
  auto copied = copy_pages(from.native(), draft);
  if (copied) copied = sync_file(draft);
  if (copied) copied = sys::check([&] { return ::rename(draft.c_str(), to.c_str()); }, "rename '{}'", draft);
  if (!copied) ::unlink(draft.c_str());
  BERTH_CHECK_OK(std::move(copied).context(naming));
  return sync_folder(to.parent_path());
}

}  // namespace berth::store
