// The file that an archive is read from.
#pragma once

#include <filesystem>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::image {

// Opens a file or a pipe for reading. Errors: InvalidInput for a device, a folder and the like, which may have no end;
// those of open(2).
Result<UniqueFd> open_archive(const std::filesystem::path& file);

}  // namespace berth::image
