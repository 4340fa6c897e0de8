// Names of Python modules, as loops tell them: read without trust.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"

namespace berth::wire {

constexpr std::size_t kMostModules = 1000;   // of one call
constexpr std::size_t kLongestModule = 200;  // bytes of a name

// Whether it is identifiers of ASCII with dots between them, within kLongestModule.
bool is_module_name(std::string_view name);

// Those that a `completed` message says its call has loaded, in order. What is no name, comes twice or is one too many
// is passed over.
std::vector<std::string> module_names(const Json& completed);

}  // namespace berth::wire
