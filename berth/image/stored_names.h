// What is said of a name that no image has, wherever images are kept.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/error.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"

namespace berth::image {

// NotFound, with the nearest names among all `images` and the remedy. `where` goes into the text: "in the storage ...";
// `pull` is the command that fetches an image to there, empty where that is no remedy.
std::unexpected<Error> not_found(const std::string& where, const std::vector<StoredImage>& images,
                                 const Reference& wanted, std::string_view pull = "berth image pull");

// As a user writes it: images of this machine without their registry.
std::string short_text(Reference name);

}  // namespace berth::image
