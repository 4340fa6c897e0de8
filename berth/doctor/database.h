// What must last: the database, its key, and the folder that they lie in.
#pragma once

#include <filesystem>
#include <optional>

#include "berth/base/result.h"
#include "berth/doctor/check.h"
#include "berth/doctor/file_system.h"
#include "berth/store/database_health.h"

namespace berth::doctor {

struct DatabaseFacts {
  std::filesystem::path path;
  uid_t uid = 0;
  int known_schema = 0;
  Result<store::DatabaseHealth> health;
  FileFacts file;
  FileFacts key;
  std::optional<std::uint64_t> free_bytes;  // where it lies; empty when that cannot be told
};
DatabaseFacts database_facts(const Asked& asked);
CheckResult judge_database(const DatabaseFacts& facts);

}  // namespace berth::doctor
