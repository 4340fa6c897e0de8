// Python packages that lie in a folder, read from their metadata; nothing of them is run.
#pragma once

#include <filesystem>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::vet {

// Every NAME.dist-info with a METADATA file below `folder`, with the licence files in it, sorted by name and origin.
// Symbolic links are not followed. Metadata that cannot be read gets the finding `facts.missing` (Ask).
// Errors: NotFound; Exhausted past a million files and folders, or 20,000 packages.
Result<std::vector<Facts>> read_installed_packages(const std::filesystem::path& folder);

}  // namespace berth::vet
