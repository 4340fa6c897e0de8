// Unpacks an archive of content into a folder.
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/content/zip_archive.h"

namespace berth::content {

// Where the files of an archive belong, so that they form a tree. `strip` is the folder around all of it, as hosts of
// repositories make one; `below` is what has to be put around it.
struct ZipPlacement {
  std::filesystem::path below;  // empty, `Packs`, or `Packs/NAME`
  std::filesystem::path strip;
};

// Nothing goes around an archive with `Packs/` at its top, `Packs` around one of packs, and `Packs/NAME` around one
// that is a pack itself; NAME is the id or the name in its metadata, else `otherwise`. Errors: InvalidInput when there
// is no pack in it, saying what is expected.
Result<ZipPlacement> placement_of(const ZipArchive& archive, const std::string& otherwise);

// Unpacks `archive` below `folder`, which must be empty and this process's own. Files are 0644, folders 0755; what
// systems leave in archives unasked (`__MACOSX`, `.DS_Store`) is left out.
// Errors: those of unpack and of the file system; what was written until then stays for the caller to remove.
Result<void> extract_zip(const ZipArchive& archive, const ZipPlacement& placement, const std::filesystem::path& folder);

}  // namespace berth::content
