// JSON as the database keeps it: what is written can be read again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::store {

// Deeper than what any script may hand in, since a context grows by paths as well.
constexpr std::size_t kMostStoredDepth = 1000;

// One line of ASCII. Errors: Exhausted past `limit_bytes` or kMostStoredDepth; `what` names the value.
Result<std::string> stored_text_of(const Json& value, std::size_t limit_bytes, std::string_view what);

// The same when `value` is an object. Errors beside those: InvalidInput when it is something else.
Result<std::string> stored_object_of(const Json& value, std::size_t limit_bytes, std::string_view what);

// Errors: Corrupt when `text` is no JSON.
Result<Json> json_of_stored(std::string_view text);

}  // namespace berth::store
