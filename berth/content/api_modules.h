// API modules: shared code of a content tree that is written into an item in the place of its import.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

// Gives the text of the API module with this name. Errors are handed on.
using ModuleSource = std::function<Result<std::string>(const std::string& module)>;

// Replaces each line `from <Word>ApiModule import *`, a comment after it allowed, by the text of that module, and so on
// inside it. Each block stands between two marks and, when `registered`, two register_module_line calls.
// Pure but for `source`. Errors: those of `source`; InvalidInput when modules import each other, naming them;
// Exhausted when the text grows past kLargestAssembly or modules lie deeper than 16 levels.
Result<std::string> insert_api_modules(std::string_view code, bool registered, const ModuleSource& source);

constexpr std::size_t kLargestAssembly = 32 << 20;

}  // namespace berth::content
