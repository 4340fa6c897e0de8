#include "berth/store/database_health.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "berth/store/database.h"
#include "berth/store/migrations.h"
#include "berth/store/schema.h"

namespace berth::store {
namespace {

// The lines that `check` gives, but for its "ok".
Result<std::vector<std::string>> findings_of(Database& database, std::string_view check) {
  BERTH_TRY(Statement rows, database.query(check));
  std::vector<std::string> lines;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return lines;
    if (rows.text(0) != "ok") lines.push_back(rows.text(0));
  }
}

}  // namespace

int current_schema() { return static_cast<int>(migrations().size()); }

Result<DatabaseHealth> examine_database(const std::filesystem::path& path) {
  DatabaseHealth health;
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return health;
    return std::unexpected(Error::from_errno(errno, fmt::format("look at database '{}'", path.native())));
  }
  health.exists = true;
  health.size_bytes = static_cast<std::uint64_t>(status.st_size);
  BERTH_TRY(Database database, Database::connect(path));
  BERTH_TRY(health.schema, schema_of(database));
  BERTH_TRY(health.damage, findings_of(database, "PRAGMA integrity_check(20)"));
  if (!health.damage.empty()) return health;
  BERTH_TRY(health.damage, findings_of(database,
                                       "SELECT format('a row of table %s belongs to nothing', \"table\")"
                                       " FROM pragma_foreign_key_check LIMIT 20"));
  return health;
}

}  // namespace berth::store
