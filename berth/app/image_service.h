// The verbs about images.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/base_image.h"
#include "berth/image/local_store.h"

namespace berth::app {

// Makes the base image of a recipe ("python3", "python2"), or finds the one that is there (image/base_image.h).
// `on_step` gets a line for each step.
Result<image::BaseImage> make_base_image(const Settings& settings, std::string_view recipe,
                                         const std::function<void(std::string_view)>& on_step);

struct ListedImage {
  image::LocalImage image;
  std::uint64_t size_bytes = 0;  // of all layers, unpacked
};

// Every image of this machine that has a name, in the order of its names.
Result<std::vector<ListedImage>> list_images(const Settings& settings);

}  // namespace berth::app
