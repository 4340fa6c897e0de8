// Python libraries as wheels: fetched by the machine's own pip, exactly as locked.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

// Fetches what `lock` names (lines of pip's requirements form, each with its hash) for CPython 2.7 on this machine's
// architecture into the new folder `into`. pip's own configuration says from where; nothing is fetched that the lock
// does not name, no code of a package runs.
// Errors: NotFound when pip is missing; Unavailable when something cannot be fetched or has another hash; TimedOut.
Result<void> fetch_python2_wheels(std::string_view lock, const std::filesystem::path& into,
                                  std::chrono::milliseconds time_limit);

}  // namespace berth::image
