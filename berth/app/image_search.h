// Which images of this machine have something by a name.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"

namespace berth::app {

struct ImageHit {
  std::string image;  // its name
  std::string where;  // "name", "label", "package" (of the distribution), "Python"
  std::string what;   // "requests 2.28.1"
};

struct ImageSearch {
  std::vector<ImageHit> hits;
  std::vector<std::string> warnings;  // images that cannot be read
};

// Every place in one image that holds `text`, without regard to case; Python's distributions also by their normalised
// names. Pure.
std::vector<ImageHit> hits_in(const image::LocalImage& image, const image::Inventory& inventory, std::string_view text);

// The same for all images that have a name. Errors: InvalidInput for an empty text; those of the store.
Result<ImageSearch> search_images(const Settings& settings, std::string_view text,
                                  const std::function<void(std::string_view)>& on_step);

}  // namespace berth::app
