// What of content goes into a bundle: packs, file by file, and the lock of the trees that they are from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/image_lock.h"
#include "berth/image/stored_layout.h"

namespace berth::app {

struct BundledFile {
  std::string member;          // "Packs/Harbour/pack_metadata.json"
  std::filesystem::path path;  // where it lies, without links
};

struct BundledContent {
  std::vector<std::string> packs;        // their names, in order
  std::vector<BundledFile> files;        // in the order of their members
  std::optional<image::ImageLock> lock;  // of all trees; none where none has one
  std::vector<std::string> left_out;     // members that are not taken: they begin with a dot, or lie in no pack
};

// The packs at `given`: folders of packs, or trees that hold `Packs`. A link that stays in its tree is what it leads
// to. Of names with a dot in front only those go in that belong to a pack (`.pack-ignore`, `.secrets-ignore`). Nothing
// is read but the lock files. Errors: NotFound for what is no folder; InvalidInput for links that lead out, nowhere or
// in a circle and for what is no file, each with its name, for a tree without a pack, two packs of one name, names that
// a bundle cannot have, and locks that differ; Exhausted for a file, or files, past the bounds.
Result<BundledContent> gather_content(const std::vector<std::filesystem::path>& given);

// The bytes of one of the files. Errors: those of reading.
Result<std::string> read_bundled(const BundledFile& file);

// What a person should know where items of the packs at `given` need an image that is not among `images`, by its name
// or, where the item or `lock` pins it, its digest; empty where all is there.
std::string missing_images_text(const Settings& settings, const std::vector<std::filesystem::path>& given,
                                const std::optional<image::ImageLock>& lock,
                                const std::vector<image::StoredImage>& images);

}  // namespace berth::app
