// Bills of materials of images and folders.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/vet/sbom.h"

namespace berth::app {

struct SbomRequest {
  std::string tool_version;
  // When the document says it was made, for reproducible builds; otherwise when the image was made, and for a folder
  // 1970.
  std::optional<std::chrono::system_clock::time_point> created;
};

// Of an image of this machine, named as in `berth image show`. Nothing of it is run or mounted.
// Errors: those of look_at_image and of reading its layers.
Result<vet::Sbom> sbom_of_image(const Settings& settings, std::string_view image, const SbomRequest& request);

// Of a folder that has a root or Python packages in it. Its name is the folder's own, not its path.
// Errors: NotFound; Exhausted past the bounds of ImageTree.
Result<vet::Sbom> sbom_of_folder(const std::filesystem::path& folder, const SbomRequest& request);

}  // namespace berth::app
