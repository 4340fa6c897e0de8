// A lock file: which digest each image of a content tree stands for.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/reference.h"

namespace berth::image {

// Its name, in the folder that holds `Packs/`.
inline constexpr std::string_view kLockFile = "berth-images.lock";

// What items write (or, for an item that names none, the default image) to the digest of a manifest. In the order of
// names, so that two makings of the same lock are the same bytes.
struct ImageLock {
  std::map<std::string, std::string> digests;

  friend bool operator==(const ImageLock&, const ImageLock&) = default;
};

// The file's text, and back. `name` is what errors call it.
// Errors: InvalidInput for what is no lock, with the remedy; Unavailable for the schema of a newer version.
std::string print_image_lock(const ImageLock& lock);
Result<ImageLock> parse_image_lock(std::string_view text, std::string_view name);

// The lock of the tree at `root`; nothing where there is none. Links are not followed.
// Errors: those of parse_image_lock and of reading.
Result<std::optional<ImageLock>> read_image_lock(const std::filesystem::path& root);

// `reference`, which an item writes as `written`, with the digest that the lock has for it.
struct LockedReference {
  Reference reference;
  bool is_locked = false;
};
// Errors: InvalidInput when the item pins another digest than the lock.
Result<LockedReference> locked(const ImageLock& lock, std::string_view written, Reference reference);

}  // namespace berth::image
