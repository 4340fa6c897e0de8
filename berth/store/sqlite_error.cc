#include "berth/store/sqlite_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace berth::store {
namespace {

struct Meaning {
  Errc code;
  std::string text;
};

// Of an answer that hangs on the operating system: the disk, the rights, the limits.
Meaning meaning_of_system_error(int err, std::string_view message) {
  if (err == ENOSPC || err == EDQUOT) return {Errc::Exhausted, "the disk or its quota is full: free some space"};
  const std::string cause = err == 0 ? "" : fmt::format(": {}", std::generic_category().message(err));
  const Errc code = err == 0 ? Errc::Unavailable : Error::from_errno(err, "").code();
  return {code == Errc::InvalidInput ? Errc::Unavailable : code, fmt::format("{}{}", message, cause)};
}

Meaning meaning_of(sqlite3* connection, int code) {
  const std::string message = sqlite3_errmsg(connection);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::TimedOut, "another process keeps it locked (fuser names it)"};
    case SQLITE_FULL:
      return {Errc::Exhausted, "the disk, its quota or the database's own limit is full: free some space"};
    case SQLITE_NOMEM:
      return {Errc::Exhausted, "no memory is left"};
    case SQLITE_TOOBIG:
      return {Errc::Exhausted, "a value is larger than a database can hold"};
    case SQLITE_CORRUPT:
      return {Errc::Corrupt,
              fmt::format("{}: its bytes are damaged; stop Berth and go back to a copy, or save what can "
                          "still be read with `sqlite3 FILE .recover` (docs/state.md)",
                          message)};
    case SQLITE_NOTADB:
      return {Errc::Corrupt, "the file is no database: move it away, or go back to a copy (docs/state.md)"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {Errc::Denied, message};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return meaning_of_system_error(sqlite3_system_errno(connection), message);
    case SQLITE_CONSTRAINT:
      break;
    default:
      return {Errc::Internal, message};
  }
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return {Errc::AlreadyExists, "it is there already"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {Errc::NotFound, "what it belongs to is not there"};
    default:
      return {Errc::Internal, message};
  }
}

}  // namespace

std::unexpected<Error> sqlite_failure(sqlite3* connection, int code, std::string_view sql) {
  const char* path = sqlite3_db_filename(connection, "main");
  Meaning meaning = meaning_of(connection, code);
  if (meaning.code == Errc::Internal) meaning.text += fmt::format(" (in '{}')", sql);
  return fail(meaning.code, fmt::format("database '{}': {}", path == nullptr ? "" : path, meaning.text));
}

}  // namespace berth::store
