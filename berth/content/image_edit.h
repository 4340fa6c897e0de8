// Writes an item's image into its YAML, and changes nothing else.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

struct ImageEdit {
  std::string text;    // the whole file
  std::string key;     // the way to the key that was written: "script.dockerimage"
  std::string before;  // what stood there; empty for nothing
};

// The text of an item's YAML with `image` as its image: the one scalar is replaced in its own style of quoting, and
// every other byte stays as it is: comments, quotes, line ends, a byte order mark. Where a key for the server's
// `marketplace` counts (`dockerimage:xsoar`), that one is written. Where the item names no image, a line is put in
// front of its `type`. The result is read again before it is given out: it differs from the text in that value alone.
// Pure.
//
// `name` is what errors call the text. `image` is a reference; its grammar is for the image layer to judge.
// Errors: InvalidInput for YAML that cannot be read, or in which the scalar cannot be changed alone (an alias, an
// anchor, a block scalar, a flow without a line of its own), with the line.
Result<ImageEdit> with_image(std::string_view yaml, std::string_view name, std::string_view image,
                             std::string_view marketplace);

}  // namespace berth::content
