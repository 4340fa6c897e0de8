// What SQLite answers, as our errors. Private to this layer, as is SQLite's header.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include "berth/base/result.h"

namespace berth::store {

// The error of `connection` behind `code`, its last answer. `sql`, which holds no value, is shown where the cause is a
// bug of ours.
std::unexpected<Error> sqlite_failure(sqlite3* connection, int code, std::string_view sql = "");

}  // namespace berth::store
