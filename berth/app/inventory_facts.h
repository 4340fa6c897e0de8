// What an image or a folder with a root has in it, as the facts that judgements and bills of materials are made of.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory.h"
#include "berth/vet/facts.h"

namespace berth::app {

// One for each Python distribution and each package of the distribution in `inventory`, in its order, with what files
// of `tree` say of licences: METADATA or PKG-INFO and the licence files beside it, Debian's copyright files, apk's
// and rpm's fields. Python distributions that a distribution's package owns name it. What cannot be read says nothing,
// but metadata that is damaged gets the finding `facts.missing` (Ask).
std::vector<vet::Facts> facts_of_inventory(const image::ImageTree& tree, const image::Inventory& inventory);

// Of an image of this machine, named as in `berth image show`. What is there and could not be read has a package of its
// own with the finding `facts.missing` (Ask), so that nothing passes unread.
// Errors: those of look_at_image and of reading its layers.
Result<std::vector<vet::Facts>> facts_of_image(const Settings& settings, std::string_view image);

// The same of a folder, as a root: what `berth sbom` finds in it. What could not be read is of `name`, a package of
// Ecosystem::Image; metadata of Python's is of the package that its folder names. Errors: those of reading the folder.
Result<std::vector<vet::Facts>> facts_of_folder(const std::filesystem::path& folder, std::string_view name);

}  // namespace berth::app
