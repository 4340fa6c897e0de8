#include "berth/store/statement.h"

#include <fmt/format.h>

#include <variant>

#include "berth/store/sqlite_error.h"
#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

int bind_value(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.get())) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string_view>(&value.get())) {
    // Never a null pointer, which would bind NULL. Copied: the caller's text need not outlive the call.
    const char* const bytes = text->data() == nullptr ? "" : text->data();
    return sqlite3_bind_text64(statement, index, bytes, text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

std::unexpected<Error> failure_of(sqlite3_stmt* statement, int code) {
  return sqlite_failure(sqlite3_db_handle(statement), code, sqlite3_sql(statement));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<void> Statement::bind(std::span<const SqlValue> values) {
  sqlite3_reset(statement_.get());
  BERTH_ASSERT(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_.get())) == values.size());
  int index = 0;
  for (const SqlValue& value : values) {
    if (const int code = bind_value(statement_.get(), ++index, value); code != SQLITE_OK) {
      return failure_of(statement_.get(), code);
    }
  }
  return {};
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  auto outcome = code == SQLITE_DONE ? Result<bool>(false) : Result<bool>(failure_of(statement_.get(), code));
  // A statement at its end must not go on holding an old view of the database.
  sqlite3_reset(statement_.get());
  return outcome;
}

Result<void> Statement::run(std::initializer_list<SqlValue> values) {
  BERTH_CHECK_OK(bind(std::span(values.begin(), values.size())));
  for (;;) {
    BERTH_TRY(const bool row, step());
    if (!row) return {};
  }
}

bool Statement::is_null(int index) const { return sqlite3_column_type(statement_.get(), index) == SQLITE_NULL; }

std::int64_t Statement::integer(int index) const { return sqlite3_column_int64(statement_.get(), index); }

std::string Statement::text(int index) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), index));
  if (bytes == nullptr) return "";
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index)));
}

std::optional<Time> Statement::time_or_none(int index) const {
  return is_null(index) ? std::nullopt : std::optional(time(index));
}

Result<Json> Statement::json(int index) const {
  return json_of_stored(text(index)).context([&] {
    return fmt::format("database '{}': column {}", sqlite3_db_filename(sqlite3_db_handle(statement_.get()), "main"),
                       sqlite3_column_name(statement_.get(), index));
  });
}

}  // namespace berth::store
