// How large a value is.
#pragma once

#include <cstddef>
#include <string_view>

#include "berth/base/json.h"

namespace berth::dt {

// About the bytes of `value` as JSON: no text is made, so escapes count as one byte.
std::size_t json_bytes(const Json& value);
// What a member costs beside its value.
std::size_t member_bytes(std::string_view name);
// Lists and objects in each other; 0 for all else.
std::size_t json_depth(const Json& value);

}  // namespace berth::dt
