// Unpacks an archive of content into a folder.
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/content/zip_archive.h"

namespace berth::content {

// Unpacks all of `archive` below `folder`, which must be empty and this process's own. Files are 0644, folders 0755.
// Errors: those of unpack and of the file system; what was written until then stays for the caller to remove.
Result<void> extract_zip(const ZipArchive& archive, const std::filesystem::path& folder);

// Where the files of `archive` belong, so that they form a tree: nothing when it has `Packs/` at its top; `Packs` when
// each folder at its top is a pack; `Packs/NAME` when it is a pack itself, NAME being the id or name in its metadata,
// else `otherwise`. One folder around all of it, as hosts of repositories make, is in `strip`.
struct ZipPlacement {
  std::filesystem::path below;
  std::filesystem::path strip;
};
// Errors: InvalidInput when there is no pack in it, saying what is expected.
Result<ZipPlacement> placement_of(const ZipArchive& archive, const std::string& otherwise);

}  // namespace berth::content
