// Whether the images of this machine are whole, as far as the storage's own digests tell.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"

namespace berth::app {

struct CheckedImage {
  std::string id;
  std::vector<std::string> names;
  std::size_t layers = 0;
  std::vector<std::string> problems;      // in words; empty: nothing is wrong with it
  std::vector<std::string> not_checked;   // what could not be compared, with the reason
  std::vector<std::string> removed_with;  // names, or ids, of all images that have to go for its damaged layers to go

  std::string title() const;
};

// Compares configuration, manifest and layers of the images `names` (names or ids; none: all) with the digests that the
// storage has of them. Each layer is read once, however many images have it. Images that go meanwhile are left out.
// Errors: those of finding an image; Unavailable where it is interrupted.
Result<std::vector<CheckedImage>> check_images(const Settings& settings, const std::vector<std::string>& names,
                                               const std::function<void(std::string_view)>& on_step);

// How to mend an image that has problems; the images that share the damage go, too.
std::string remedy_of(const CheckedImage& image);

}  // namespace berth::app
