// The file that keeps what must last (docs/state.md).
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "berth/base/result.h"
#include "berth/store/statement.h"

struct sqlite3;

namespace berth::store {

// One connection to a database: for one thread at a time; each thread opens its own, and so may any number of
// processes. What a function wrote when it returned survives the death of the process and of the machine.
//
// Errors of every operation on a database: TimedOut when other processes kept it locked for 30 seconds; Exhausted when
// the disk is full; Denied when it may not be written; Corrupt when its bytes are damaged, with the remedy; Unavailable
// when the disk does not answer as it should; AlreadyExists when what must be unique is there.
class Database {
 public:
  // Opens the database at `path`, which is made where it is missing (the folder with mode 0700, the file with 0600) and
  // brought to this program's schema. Before an older one that holds anything is changed, a copy is made beside it:
  // `<path>.v<schema>.backup`.
  // Errors: InvalidInput when a newer program wrote it, with the remedy; Corrupt when it is no database.
  static Result<Database> open(const std::filesystem::path& path);
  // As `open`, with the steps of `migrations`: number N of them leads from schema N to N + 1. For tests.
  static Result<Database> open(const std::filesystem::path& path, std::span<const std::string_view> migrations);

  // A bare connection to a file that is there: nothing is made, judged or changed. For looking at it.
  static Result<Database> connect(const std::filesystem::path& path);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const std::filesystem::path& path() const { return path_; }

  Result<Statement> prepare(std::string_view sql);
  // Prepares and binds, for what gives rows.
  Result<Statement> query(std::string_view sql, std::initializer_list<SqlValue> values = {});
  Result<Statement> query(std::string_view sql, std::span<const SqlValue> values);
  // Runs one statement that gives no rows.
  Result<void> run(std::string_view sql, std::initializer_list<SqlValue> values = {});
  // Runs several statements, which stand behind each other.
  Result<void> run_script(std::string_view sql);
  // Rows that the last statement inserted, changed or deleted.
  std::int64_t changes() const;
  std::int64_t last_row_id() const;

  // Runs `body` as one transaction, which holds the one right to write from its start: everything that it did is kept
  // when it returns a value, and nothing when it returns an error. Inside another one it is a part of that one, which
  // alone can still be undone; so operations of several classes compose:
  //
  //   database.transaction([&]() -> Result<void> {
  //     BERTH_CHECK_OK(indicators.upsert(found));
  //     return fetch_states.set(instance, states);
  //   });
  template <class Body>
  auto transaction(Body&& body) -> decltype(body()) {
    BERTH_TRY(const int depth, begin());
    Undo undo{*this, depth};
    auto outcome = body();
    if (outcome) {
      BERTH_CHECK_OK(commit(depth));
      undo.needed = false;
    }
    return outcome;
  }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  // Takes back a transaction that did not come to its end, by an exception too.
  struct Undo {
    Database& database;
    int depth;
    bool needed = true;
    ~Undo() {
      if (needed) database.roll_back(depth);
    }
  };
  Database(std::filesystem::path path, sqlite3* connection) : path_(std::move(path)), connection_(connection) {}
  Result<void> check_transaction() const;
  Result<int> begin();
  Result<void> commit(int depth);
  void roll_back(int depth);

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> connection_;
  int depth_ = 0;  // of transactions inside each other
};

}  // namespace berth::store
