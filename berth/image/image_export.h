// Images out of the storage, as files for elsewhere.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

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
  std::string packed_anew;   // why, where one of its registries was asked in vain; else empty
  std::string name;          // that it was asked for by

  std::filesystem::path blob(const std::string& blob_digest) const {
    return folder / blob_digest.substr(blob_digest.find(':') + 1);
  }
  // What a person should know of it: why its digest is another than here, where that could be helped.
  std::vector<std::string> warnings() const;
};

// Takes the image, which a person calls `asked`, out into a folder below `work`, which is there.
//
// Its digest stays where it can: from the storage; where that keeps layers unpacked that came packed, from its
// registry, whose bytes are judged as in a pull, that of the name `asked` before those of its other names; where none
// can be asked, layers are packed anew. Errors: those of the tool; Exhausted without room; Corrupt; Unavailable once it
// is to end.
Result<ExportedImage> export_image(const LocalImage& image, const Reference& asked, const std::filesystem::path& work,
                                   const MoveSettings& settings, Staging::Deadline deadline);

}  // namespace berth::image
