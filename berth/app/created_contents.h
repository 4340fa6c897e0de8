// What is in an image that was created before, beyond its base: told by its labels and by what lies in its layers.
#pragma once

#include <string>

#include "berth/app/image_create.h"
#include "berth/app/settings.h"
#include "berth/image/create_recipe.h"
#include "berth/image/inventory.h"

namespace berth::app {

// Adds to `recipe` the libraries and packages of `made` that `base` has not in that version. Hashes of their files are
// not known any more. Pure.
void add_contents(const image::Inventory& made, const image::Inventory& base, image::CreateRecipe& recipe);

// "made of 1 library and 2 packages on base:1". Pure.
std::string made_of(const image::CreateRecipe& recipe);

// Fills the recipe of `created`, an image that is here. What cannot be read is said in a remark.
void describe_contents(const image::CreateRequest& request, const Settings& settings, CreatedImage& created);

}  // namespace berth::app
