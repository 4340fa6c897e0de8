// Where libraries and packages are looked for, as texts that change when that does.
#pragma once

#include <string>
#include <vector>

#include "berth/app/image_settings.h"
#include "berth/base/result.h"
#include "berth/image/create_recipe.h"
#include "berth/image/pip_settings.h"

namespace berth::app {

// Addresses without credentials, of what `request` asks for alone: pip's indexes for libraries, for packages the
// operator's sources or else this machine's. What an image names follows from the image. Nothing is reached.
// Errors: those of reading the operator's file of sources.
Result<std::vector<std::string>> origins_of(const image::CreateRequest& request, const IndexSettings& indexes,
                                            const image::PipSettings& pip);

}  // namespace berth::app
