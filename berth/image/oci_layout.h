// An image as a folder in the OCI image layout, the form in which tools hand images to each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::image {

// A tar file that is to become a layer.
struct LayerFile {
  std::filesystem::path path;
  std::string digest;  // "sha256:..."
  std::uint64_t size_bytes = 0;
};

// Hashes the file at `path`. Errors: those of reading it.
Result<LayerFile> read_layer_file(const std::filesystem::path& path);

// Makes the new folder `folder` hold one image: `config` (whose rootfs must name the layer), its one layer, which is
// moved into it, not compressed, so that its digest depends on no compressor, and the manifest under the name `tag`.
// Returns the manifest's digest. Errors: AlreadyExists when `folder` is there; those of writing.
Result<std::string> write_oci_layout(const std::filesystem::path& folder, const Json& config, const LayerFile& layer,
                                     std::string_view tag);

}  // namespace berth::image
