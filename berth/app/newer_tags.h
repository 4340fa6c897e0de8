// Whether the registry of an image has a newer tag of it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "berth/image/reference.h"

namespace berth::app {

struct NewerTag {
  std::string tag;            // empty: none is newer, or nobody looked
  std::string not_looked_up;  // why; empty when the registry was asked
  bool is_failure = false;    // it was asked, and did not answer
};

// Asks for many images at once. The answer has each of `images`, by its text.
using FindNewerTags = std::function<std::map<std::string, NewerTag>(const std::vector<image::Reference>& images)>;

}  // namespace berth::app
