#include "berth/store/database.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "berth/store/folder.h"
#include "berth/store/migrations.h"
#include "berth/store/schema.h"
#include "berth/store/sqlite_error.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::store {
namespace {

constexpr std::chrono::seconds kPatience{30};

// Made here, so that it is never readable by others, and by mknod: closing a descriptor of the file would drop the
// locks that another thread's connection holds on it (fcntl(2), "Advisory record locking").
Result<void> make_database_file(const std::filesystem::path& path) {
  BERTH_CHECK_OK(sys::make_folders(path.parent_path(), 0700));
  auto made = sys::check([&] { return ::mknod(path.c_str(), S_IFREG | 0600, 0); }, "make '{}'", path.native());
  if (!made && made.error().os_error() == EEXIST) return {};
  if (!made) return made;
  return sync_folder(path.parent_path());
}

// Write-ahead logging: readers and the writer do not wait for each other. The switch needs the file alone for a moment,
// and SQLite does not wait for that by itself.
Result<void> log_ahead(Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto mode = [&]() -> Result<std::string> {
      BERTH_TRY(Statement statement, database.query("PRAGMA journal_mode = WAL"));
      BERTH_CHECK_OK(statement.step());
      return statement.text(0);
    }();
    if (mode && *mode == "wal") return {};
    if (mode) {
      return fail(Errc::Unavailable,
                  fmt::format("database '{}': its file system knows no write-ahead log (journal mode "
                              "'{}'): keep the state on a local disk",
                              database.path().native(), *mode));
    }
    if (mode.error().code() != Errc::TimedOut || std::chrono::steady_clock::now() > deadline) {
      return std::unexpected(std::move(mode).error());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const {
  BERTH_ASSERT(sqlite3_close(connection) == SQLITE_OK);  // no Statement outlives its database
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& path) { return open(path, migrations()); }

Result<Database> Database::open(const std::filesystem::path& path, std::span<const std::string_view> migrations) {
  BERTH_CHECK_OK(make_database_file(path));
  BERTH_TRY(Database database, connect(path));
  // Before anything is changed: the file may be another program's, or a newer Berth's.
  BERTH_CHECK_OK(check_schema(database, migrations));
  BERTH_CHECK_OK(log_ahead(database));
  // FULL: each commit waits for the disk, so that what was acknowledged survives a power cut as well.
  // secure_delete: what was removed or sealed anew does not lie about in free pages.
  BERTH_CHECK_OK(
      database.run_script("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
                          "PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 67108864"));
  BERTH_CHECK_OK(bring_to_schema(database, migrations));
  BERTH_CHECK_OK(database.run_script("PRAGMA foreign_keys = ON"));
  return database;
}

Result<Database> Database::connect(const std::filesystem::path& path) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  Database database(path, opened);
  if (code != SQLITE_OK) return sqlite_failure(opened, code);
  sqlite3_busy_timeout(opened, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  BERTH_CHECK_OK(check_transaction());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return sqlite_failure(connection_.get(), code, sql);
  return Statement(statement);
}

Result<Statement> Database::query(std::string_view sql, std::initializer_list<SqlValue> values) {
  return query(sql, std::span(values.begin(), values.size()));
}

Result<Statement> Database::query(std::string_view sql, std::span<const SqlValue> values) {
  BERTH_TRY(Statement statement, prepare(sql));
  BERTH_CHECK_OK(statement.bind(values));
  return statement;
}

Result<void> Database::run(std::string_view sql, std::initializer_list<SqlValue> values) {
  BERTH_TRY(Statement statement, prepare(sql));
  return statement.run(values);
}

Result<void> Database::run_script(std::string_view sql) {
  BERTH_CHECK_OK(check_transaction());
  const int code = sqlite3_exec(connection_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_failure(connection_.get(), code, sql.substr(0, 60));
  return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

// SQLite takes back a whole transaction by itself when the disk is full or does not answer. Whoever overlooks that
// error must not go on as if in the transaction: each further statement would be kept at once.
Result<void> Database::check_transaction() const {
  if (depth_ == 0 || sqlite3_get_autocommit(connection_.get()) == 0) return {};
  return fail(Errc::Unavailable,
              fmt::format("database '{}': the transaction was undone by an error before", path_.native()));
}

Result<int> Database::begin() {
  BERTH_CHECK_OK(run_script(depth_ == 0 ? std::string("BEGIN IMMEDIATE") : fmt::format("SAVEPOINT part{}", depth_)));
  return ++depth_;
}

Result<void> Database::commit(int depth) {
  BERTH_ASSERT(depth == depth_);
  BERTH_CHECK_OK(run_script(depth == 1 ? std::string("COMMIT") : fmt::format("RELEASE part{}", depth - 1)));
  --depth_;
  return {};
}

void Database::roll_back(int depth) {
  BERTH_ASSERT(depth == depth_);
  --depth_;
  if (sqlite3_get_autocommit(connection_.get()) != 0) return;
  const std::string sql = depth == 1 ? "ROLLBACK" : fmt::format("ROLLBACK TO part{0}; RELEASE part{0}", depth - 1);
  // What cannot be rolled back here is when the connection closes, or by whoever opens the file next.
  sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

}  // namespace berth::store
