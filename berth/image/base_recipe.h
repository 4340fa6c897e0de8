// What the Python 3 base image is made of: packages, scripts that run while it is made, and its config. Data and pure
// functions; base_image.cc carries it out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/image/private_apt.h"

namespace berth::image {

// Labels that let a later run decide without building.
inline constexpr std::string_view kInputsLabel = "berth.inputs";    // hash of recipe and package list
inline constexpr std::string_view kContentLabel = "berth.content";  // hash of everything but the tag

// Distribution packages that the image is asked to have, in apt's names. What they need comes with them.
std::span<const std::string_view> base_packages();

// The same, with the essential packages and apt itself, as apt-get takes them.
std::vector<std::string> base_wanted();

// Paths that dpkg leaves out: documents, manuals, translations. Licences stay.
std::span<const std::string_view> base_path_rules();

// Runs before packages are unpacked, with the new root as its argument; expects folders `lists` and `archives` and a
// file `preferences` beside itself.
std::string_view base_setup_script();

// Runs after packages are set up, with the new root as its argument: the user, the interpreter's cached code, a check
// that the libraries can be imported, and the removal of what came from this machine.
std::string_view base_finish_script();

// Hash over the recipe (all of the above) and `packages` with their versions. Equal inputs make equal images.
std::string base_inputs(const std::vector<Package>& packages);

// The interpreter's version in `packages` ("3.11.2"); empty when they hold none.
std::string python_version_of(const std::vector<Package>& packages);

struct BaseFacts {
  std::string name;            // "berth/python3-deb"
  std::string python_version;  // "3.11.2"
  std::string architecture;    // "amd64"
  std::string distribution;    // "debian bookworm"
  std::string inputs;
  std::string layer_digest;
  std::int64_t newest_package_time = 0;
};

// The image's config under `tag`. Its content label is the same whatever the tag.
Json base_config(const BaseFacts& facts, std::string_view tag);

// The content label of `facts`.
std::string base_content(const BaseFacts& facts);

}  // namespace berth::image
