// Time limits as content writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

// Reads a Go duration ("1h40m0s", "1.5h", "90s") or a bare count of seconds. Empty when it says 0: the default.
// What is shorter than a millisecond was once a count of seconds that an older server wrote down as nanoseconds, so
// "3µs" is 3000 seconds and "600ns" is 600.
// Errors: InvalidInput, for anything else, negative ones, and more than 30 days.
Result<std::optional<std::chrono::nanoseconds>> parse_timeout(std::string_view text);

}  // namespace berth::content
