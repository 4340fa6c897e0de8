// Folders whose entries must last.
#pragma once

#include <filesystem>

#include "berth/base/result.h"

namespace berth::store {

// Waits until the names that were made, renamed and removed in the folder are on disk.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace berth::store
