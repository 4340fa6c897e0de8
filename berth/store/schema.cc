#include "berth/store/schema.h"

#include <fmt/format.h>

#include <string>

#include "berth/store/database_copy.h"

namespace berth::store {
namespace {

// In the file's header, so that file(1) and we know it for Berth's: "BRTH".
constexpr std::int64_t kApplication = 0x42525448;

struct Header {
  int schema = 0;
  std::int64_t application = 0;
  std::int64_t tables = 0;
};

// In one statement, so as of one moment: another process may be making the first tables.
Result<Header> header_of(Database& database) {
  BERTH_TRY(Statement row, database.query("SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)"
                                          " FROM pragma_user_version, pragma_application_id"));
  BERTH_CHECK_OK(row.step());
  return Header{static_cast<int>(row.integer(0)), row.integer(1), row.integer(2)};
}

std::filesystem::path copy_path(const Database& database, int schema) {
  return database.path().native() + fmt::format(".v{}.backup", schema);
}

Result<void> take_step(Database& database, int schema, std::string_view step) {
  BERTH_CHECK_OK(database.run_script(step));
  BERTH_TRY(Statement broken, database.query("PRAGMA foreign_key_check"));
  BERTH_TRY(const bool any, broken.step());
  if (any) return fail(Errc::Internal, fmt::format("rows of table '{}' belong to nothing", broken.text(0)));
  return database.run_script(
      fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", schema + 1, kApplication));
}

}  // namespace

Result<int> schema_of(Database& database) {
  BERTH_TRY(const Header header, header_of(database));
  return header.schema;
}

Result<void> check_schema(Database& database, std::span<const std::string_view> migrations) {
  const std::string& path = database.path().native();
  BERTH_TRY(const Header header, header_of(database));
  if (header.application != kApplication && (header.tables != 0 || header.schema != 0)) {
    return fail(Errc::InvalidInput, fmt::format("database '{}': another program made it: move it away, or let the "
                                                "setting 'storage.state' name another folder",
                                                path));
  }
  const int known = static_cast<int>(migrations.size());
  if (header.schema > known) {
    return fail(
        Errc::InvalidInput,
        fmt::format("database '{0}': it has schema {1} and this program knows up to {2}, so a newer Berth wrote "
                    "it: install that one again, or stop Berth and go back to the copy '{3}'",
                    path, header.schema, known, copy_path(database, known).native()));
  }
  return {};
}

Result<void> bring_to_schema(Database& database, std::span<const std::string_view> migrations) {
  const int known = static_cast<int>(migrations.size());
  bool copied = false;
  for (;;) {
    // Without a transaction first: the usual start writes nothing and waits for nobody.
    BERTH_TRY(const int before, schema_of(database));
    if (before >= known) return check_schema(database, migrations);
    auto taken = database.transaction([&]() -> Result<void> {
      // Read again, now that nobody else can take the step.
      BERTH_TRY(const int schema, schema_of(database));
      if (schema >= known) return {};
      if (schema > 0 && !copied) BERTH_CHECK_OK(copy_database(database.path(), copy_path(database, schema)));
      copied = true;
      return take_step(database, schema, migrations[static_cast<std::size_t>(schema)]);
    });
    BERTH_CHECK_OK(std::move(taken).context([&] {
      return fmt::format("bring database '{}' from schema {} to {}", database.path().native(), before, known);
    }));
  }
}

}  // namespace berth::store
