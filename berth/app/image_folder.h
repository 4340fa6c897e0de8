// An image as a folder that an image repository understands.
#pragma once

#include <filesystem>

#include "berth/base/result.h"
#include "berth/image/create_recipe.h"

namespace berth::app {

// Errors: AlreadyExists when there is something in `folder`, or it is none.
Result<void> check_export_folder(const std::filesystem::path& folder);

// Writes Dockerfile, build.conf, verify.py and, where there are libraries, requirements.txt (the lock) into the new or
// empty folder `folder`: whole or not at all. Errors: those of check_export_folder; those of writing.
Result<void> export_image_folder(const image::CreateRecipe& recipe, const std::filesystem::path& folder);

}  // namespace berth::app
