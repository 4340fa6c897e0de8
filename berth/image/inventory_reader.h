// Finds out what is installed in an image, from its files alone: nothing of it is run.
#pragma once

#include "berth/base/result.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory.h"
#include "berth/image/tree_reading.h"

namespace berth::image {

// Walks the whole tree once. It reads dpkg's status and status.d, apk's and rpm's databases, Python's metadata wherever
// it lies, os-release, and the versions that interpreters hold in their programs. What is there and cannot be read
// (damaged or oversized files) stands in `unread`, so that an empty list always means that there is nothing. What is
// past `bounds` stands there, too, so that a hostile image is looked at once, and not anew at every list.
// Errors: those of listing the root.
Result<Inventory> read_inventory(const ImageTree& tree, const ReadingBounds& bounds = {});

}  // namespace berth::image
