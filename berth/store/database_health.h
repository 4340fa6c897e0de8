// The state of a database, looked at from outside: for doctor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"

namespace berth::store {

// The schema that this program writes.
int current_schema();

struct DatabaseHealth {
  bool exists = false;
  int schema = 0;
  std::uint64_t size_bytes = 0;
  std::vector<std::string> damage;  // what integrity_check and foreign_key_check found, at most 20 lines; empty: sound
};

// Looks without changing anything: nothing is made or migrated. Errors: Corrupt when it is no database; Denied when it
// cannot be read; TimedOut.
Result<DatabaseHealth> examine_database(const std::filesystem::path& path);

}  // namespace berth::store
