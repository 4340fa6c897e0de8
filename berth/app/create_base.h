// The image that another one is made on.
#pragma once

#include <filesystem>
#include <string>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/create_recipe.h"
#include "berth/image/local_store.h"

namespace berth::app {

struct CreateBase {
  image::LocalImage image;
  image::CreateBase described;  // without its distribution: look_into_base
};

// The image `wanted` of this machine, which must be trusted. Errors: InvalidInput for what is no reference; NotFound;
// Denied for one that is not trusted; those of the storage.
Result<CreateBase> find_create_base(const Settings& settings, const std::filesystem::path& graph_root,
                                    const std::string& wanted);

// Adds what only its layers tell: the distribution. Errors: those of opening the layers.
Result<void> look_into_base(const image::LocalImage& base, image::CreateBase& described);

}  // namespace berth::app
