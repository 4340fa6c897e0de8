// Bringing a database to a schema. Private to Database.
#pragma once

#include <span>
#include <string_view>

#include "berth/base/result.h"
#include "berth/store/database.h"

namespace berth::store {

// The schema number in the file; 0 when it is empty.
Result<int> schema_of(Database& database);

// Errors: InvalidInput when another program or a newer Berth made the database; Corrupt when it is none.
Result<void> check_schema(Database& database, std::span<const std::string_view> migrations);

// Takes the steps that are missing, each in a transaction, after a copy was made where there is something to lose.
// Several processes may do so at once: each step is taken by one of them.
Result<void> bring_to_schema(Database& database, std::span<const std::string_view> migrations);

}  // namespace berth::store
