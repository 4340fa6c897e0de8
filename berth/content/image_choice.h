// Which image an item asks for. Pure.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::content {

// What stands in for an item that names no image; from the operator's settings.
struct DefaultImages {
  std::string python2;
  std::string python3;
};

struct ImageChoice {
  std::string image;   // as it was written; the image layer parses and resolves it
  std::string reason;  // for people: "the item names it (dockerimage)"
};

// `asked` is what the user named on the command line, empty for nothing; it goes first.
// Errors: Unavailable when the item is not Python, or the default it needs is not set; InvalidInput when it is a prompt
// without code.
Result<ImageChoice> choose_image(const Item& item, std::string_view asked, const DefaultImages& defaults);

}  // namespace berth::content
