// From a YAML document to an Item. Pure.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/content/item.h"
#include "berth/content/yaml_node.h"

namespace berth::content {

// Reads a script (its `script` is text) or an integration (its `script` is a mapping), as `marketplace` sees it
// (content/marketplace.h).
// The code is what stands in the YAML; `source` and `code_path` are left to the caller.
// Errors: InvalidInput, naming file, key and remedy, when it is neither, or a key that a call depends on is missing or
// of the wrong type. All else that is odd becomes a warning.
Result<Item> parse_item(const YamlDocument& document, std::string_view marketplace = "xsoar");

}  // namespace berth::content
