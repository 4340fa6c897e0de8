// Finds out what is installed in an image, from its files alone: nothing of it is run.
#pragma once

#include "berth/base/result.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory.h"

namespace berth::image {

// Walks the whole tree once. It reads dpkg's status and status.d, apk's and rpm's databases, Python's metadata wherever
// it lies, os-release, and the versions that interpreters hold in their programs. What is there and cannot be read (an
// old rpm's database, damaged or oversized files) stands in `unread`, so that an empty list always means that there is
// nothing.
// Errors: Exhausted when the tree is over the bounds of ImageTree::walk.
Result<Inventory> read_inventory(const ImageTree& tree);

}  // namespace berth::image
