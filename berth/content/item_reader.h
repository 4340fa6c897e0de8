// Reads a content item from disk, or from a text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::content {

constexpr std::size_t kLargestYaml = 16 << 20;

// Reads the item at `path`, as `marketplace` sees it:
// - a code file (.py, .ps1, .js): a script named after it that takes any argument; Python is Python 3;
// - a YAML file: an item with its code inside, or, where the YAML has none, in the code file beside it;
// - a folder: a package of one YAML and a code file. The code file goes before code in the YAML, with a warning.
//
// Inside a package, and everywhere in a content tree, no symbolic link may lead out. A path that is itself given from
// outside any tree is opened as it is.
// Errors: NotFound; InvalidInput, with file, key and remedy; Denied for links that lead out; Exhausted past the limits.
Result<Item> read_item(const std::filesystem::path& path, std::string_view marketplace = "xsoar");

// A Python 3 script that takes any argument, as from standard input. Errors: InvalidInput when the text cannot be code
// (not UTF-8, NUL); Exhausted past kLargestCode.
Result<Item> script_from_text(std::string text, std::string_view name);

}  // namespace berth::content
