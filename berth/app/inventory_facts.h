// What an image or a folder with a root has in it, as the facts that judgements and bills of materials are made of.
#pragma once

#include <vector>

#include "berth/image/image_tree.h"
#include "berth/image/inventory.h"
#include "berth/vet/facts.h"

namespace berth::app {

// One for each Python distribution and each package of the distribution in `inventory`, in its order, with what files
// of `tree` say of licences: METADATA or PKG-INFO and the licence files beside it, Debian's copyright files, apk's
// field. Python distributions that a distribution's package owns name it. What cannot be read says nothing, but
// metadata that is damaged gets the finding `facts.missing` (Ask).
std::vector<vet::Facts> facts_of_inventory(const image::ImageTree& tree, const image::Inventory& inventory);

}  // namespace berth::app
