// What any code must be before it is used: bounded, UTF-8, without NUL.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

constexpr std::size_t kLargestCode = 10 << 20;

// `code` without a byte order mark. `name` is what errors call it.
// Errors: InvalidInput with line and column; Exhausted past kLargestCode.
Result<std::string> checked_code(std::string code, std::string_view name);

}  // namespace berth::content
