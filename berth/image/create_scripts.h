// The scripts of an image that is created, with places (@NAME@) that create_recipe.cc fills in.
#pragma once

#include <string_view>

namespace berth::image {

// Runs with sh, as root, in the image that is made.
std::string_view install_template();
// Runs with the image's Python in the image that has been made.
std::string_view verify_template();

}  // namespace berth::image
