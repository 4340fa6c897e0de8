// Files that a script left for its entries in the work folder.
#pragma once

#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/server/investigation.h"

namespace berth::app {

struct TakenIn {
  std::vector<server::NewEntry> entries;
  std::vector<std::string> problems;  // a line for each entry whose file could not be taken in
};

// Takes in the file of each file entry (Type 3 or 9, with a FileID): `<investigation>_<FileID>` in `work` below the
// folder `scratch`, as a regular file and through no link. An entry of a file that the investigation holds already, as
// another script returned it, is passed on as it is. Entries that are no objects become the text that they are.
TakenIn take_in_files(std::vector<Json> entries, int scratch, server::Investigation& investigation);

}  // namespace berth::app
