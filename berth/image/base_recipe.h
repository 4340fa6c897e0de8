// What a base image is made of: packages, scripts that run while it is made, and its config. Pure functions over the
// data of python3_base.cc and python2_base.cc; base_image.cc carries it out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/private_apt.h"

namespace berth::image {

// Labels that let a later run decide without building.
inline constexpr std::string_view kInputsLabel = "berth.inputs";    // hash of recipe and package list
inline constexpr std::string_view kContentLabel = "berth.content";  // hash of everything but the tag

// One base image: data alone. Everything in it but the names is hashed into the image's inputs.
struct BaseRecipe {
  std::string_view name;            // "berth/python3-deb"
  std::string_view short_name;      // "python3", as `berth image init` and items name it
  std::string_view title;           // "Python 3", for descriptions
  std::string_view python_package;  // whose version is the image's: "python3"
  std::string_view release;         // Debian's code name that the packages come from; empty: that of this machine
  std::string_view command;         // what the image runs when nothing else is said

  // Distribution packages that the image is asked to have, in apt's names. What they need comes with them.
  std::span<const std::string_view> packages;

  // Libraries that the distribution has not: lines of pip's requirements form, each with its hash.
  std::string_view wheels;

  // Runs after packages are set up, with the new root as its argument: the user, the interpreter's cached code, a check
  // that the libraries can be imported, and the removal of what came from this machine.
  std::string_view finish_script;
};

const BaseRecipe& python3_recipe();
const BaseRecipe& python2_recipe();

// The recipe of that short name. Errors: InvalidInput with the names that there are.
Result<const BaseRecipe*> recipe_of(std::string_view short_name);

// The packages of `recipe` with the essential packages and apt itself, as apt-get takes them.
std::vector<std::string> base_wanted(const BaseRecipe& recipe);

// Paths that dpkg leaves out: documents, manuals, translations. Licences stay.
std::span<const std::string_view> base_path_rules();

// Runs before packages are unpacked, with the new root as its argument; expects folders `lists` and `archives` and a
// file `preferences` beside itself.
std::string_view base_setup_script();

// The end of every finish script: what came from this machine goes.
std::string base_finish_script(const BaseRecipe& recipe);

// Hash over the recipe (all of the above) and `packages` with their versions. Equal inputs make equal images.
std::string base_inputs(const BaseRecipe& recipe, const std::vector<Package>& packages);

// The interpreter's version in `packages` ("3.11.2"); empty when they hold none.
std::string python_version_of(const BaseRecipe& recipe, const std::vector<Package>& packages);

struct BaseFacts {
  std::string_view title;      // "Python 3"
  std::string_view command;    // "python3"
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
