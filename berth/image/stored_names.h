// Which of the images that are there a name means, wherever they are kept.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "berth/base/error.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"

namespace berth::image {

// The one of `images`, which are sorted newest first, that `wanted` names: without registry an image of this machine
// (`localhost/...`) comes before the same name on docker.io; without tag the newest one by compare_tags; a short name
// as short_names.h has it. With a digest that alone decides, and the tag is not looked at. Null for none. Pure.
const StoredImage* find_stored(const std::vector<StoredImage>& images, const Reference& wanted);

// NotFound, with the nearest names among all `images` and the remedy. `where` goes into the text: "in the storage ...".
std::unexpected<Error> not_found(const std::string& where, const std::vector<StoredImage>& images,
                                 const Reference& wanted);

// All tags that `name` (of which tag and digest are not looked at) has among `images`.
std::vector<std::string> tags_in(const std::vector<StoredImage>& images, const Reference& name);

// The part of its path after the last slash.
std::string last_component(const Reference& reference);

// As a user writes it: images of this machine without their registry.
std::string short_text(Reference name);

}  // namespace berth::image
