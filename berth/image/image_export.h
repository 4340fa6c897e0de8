// Images out of the storage, as files for elsewhere.
#pragma once

#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/manifest.h"
#include "berth/image/staging.h"

namespace berth::image {

struct ExportedImage {
  std::filesystem::path folder;  // manifest.json, and blobs by their hexadecimal digits
  std::string manifest_body;
  std::string digest;
  ImageManifest manifest;
  bool keeps_digest = true;  // false: its layers were packed anew

  std::filesystem::path blob(const std::string& blob_digest) const {
    return folder / blob_digest.substr(blob_digest.find(':') + 1);
  }
};

// Takes the image out into a folder below `work`, which is there.
//
// Its digest stays where it can: from the storage; where that keeps layers unpacked that came packed, from its
// registry, whose bytes are judged as in a pull; where that cannot be asked either, layers are packed anew.
// `asks_registry` false leaves the registry out. Errors: those of the tool; Exhausted without room; Corrupt.
Result<ExportedImage> export_image(const LocalImage& image, const std::filesystem::path& work,
                                   const MoveSettings& settings, Staging::Deadline deadline, bool asks_registry);

}  // namespace berth::image
