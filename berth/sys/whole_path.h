// Where a path that a person gave is.
#pragma once

#include <filesystem>

#include "berth/base/result.h"

namespace berth::sys {

// `path` from the root on, without "." and ".."; a slash at its end stays. Never throws.
// Errors: InvalidInput when it is empty; those of getcwd(3) for a relative one, NotFound where the current folder is
// gone.
Result<std::filesystem::path> whole_path(const std::filesystem::path& path);

}  // namespace berth::sys
