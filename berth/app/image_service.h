// The verbs about images.
#pragma once

#include <functional>
#include <string_view>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/base_image.h"

namespace berth::app {

// Makes the base image of a recipe ("python3", "python2"), or finds the one that is there (image/base_image.h).
// The configured engine gets it, too (engine_handover.h). `on_step` gets a line for each step.
Result<image::BaseImage> make_base_image(const Settings& settings, std::string_view recipe,
                                         const std::function<void(std::string_view)>& on_step);

}  // namespace berth::app
