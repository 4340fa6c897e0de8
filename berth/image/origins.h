// What registries said of the images that were pulled: which digest a tag had there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/image/reference.h"

namespace berth::image {

// Where an image of several architectures was pulled, the tag names an index, and the storage knows only the manifest.
struct Origin {
  std::string source_digest;  // of what the tag named
  std::string digest;         // of the manifest that is in the storage

  friend bool operator==(const Origin&, const Origin&) = default;
};

// Keeps the origin of a name; nothing is written where it is known. One process at a time changes the list.
// Errors: those of reading and writing; Corrupt.
Result<void> remember_origin(const std::filesystem::path& state_folder, const Reference& name, const Origin& origin);

// Nothing: the name was not pulled. Errors: those of reading; Corrupt.
Result<std::optional<Origin>> find_origin(const std::filesystem::path& state_folder, const Reference& name);

}  // namespace berth::image
