// One SQL statement, prepared: what is bound to it, and the rows that it gives.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/time.h"

struct sqlite3_stmt;

namespace berth::store {

// What can be bound to a parameter of a statement. Text is copied when it is bound.
class SqlValue {
 public:
  SqlValue(std::nullptr_t) {}
  SqlValue(std::int64_t number) : value_(number) {}
  SqlValue(int number) : value_(std::int64_t{number}) {}
  SqlValue(bool truth) : value_(std::int64_t{truth}) {}
  SqlValue(Time time) : value_(time.time_since_epoch().count()) {}
  SqlValue(std::string_view text) : value_(text) {}
  SqlValue(const std::string& text) : value_(std::string_view(text)) {}
  SqlValue(const char* text) : value_(std::string_view(text)) {}
  template <class T>
  SqlValue(const std::optional<T>& value) : SqlValue(value ? SqlValue(*value) : SqlValue(nullptr)) {}

  const std::variant<std::monostate, std::int64_t, std::string_view>& get() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, std::string_view> value_;
};

// Made by Database::prepare, which it must not outlive. Errors are those of Database.
class Statement {
 public:
  // Binds all parameters, in their order; the statement starts anew.
  Result<void> bind(std::span<const SqlValue> values);
  // The next row; false when there is none left.
  Result<bool> step();
  // Binds and runs to the end, for what gives no rows: a loop of it writes many rows with one statement.
  Result<void> run(std::initializer_list<SqlValue> values);

  // Column `index` (from 0) of the row that `step` gave.
  bool is_null(int index) const;
  std::int64_t integer(int index) const;
  std::string text(int index) const;
  bool truth(int index) const { return integer(index) != 0; }
  Time time(int index) const { return Time(std::chrono::milliseconds(integer(index))); }
  std::optional<Time> time_or_none(int index) const;
  // Errors: Corrupt when the text in the column is not JSON.
  Result<Json> json(int index) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace berth::store
