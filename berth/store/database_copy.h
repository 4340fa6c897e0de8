// A copy of a database while others use it.
#pragma once

#include <filesystem>

#include "berth/base/result.h"

namespace berth::store {

// Puts a copy of the database `from`, as of one moment, at `to`, whole or not at all; what is there is replaced. The
// copy is on disk when this returns. Errors: those of Database.
Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace berth::store
