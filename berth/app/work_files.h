// Files that a script left for its entries in the work folder.
#pragma once

#include <string>
#include <vector>

#include "berth/app/playground.h"
#include "berth/base/json.h"

namespace berth::app {

// Takes in the file of each file entry (Type 3 or 9, with a FileID): `<investigation>_<FileID>` in `work` below the
// folder `scratch`, as a regular file and through no link. The entry gets its ID, and its size and sum as FileMetadata.
// Returns a line for each entry whose file could not be taken in.
std::vector<std::string> take_in_files(std::vector<Json>& entries, int scratch, Playground& playground);

}  // namespace berth::app
