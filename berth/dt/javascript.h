// A piece of JavaScript in a DT expression, with its binds taken out.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "berth/base/result.h"
#include "berth/dt/path.h"

namespace berth::dt {

// `offset` is where `text` stands in the whole expression, for errors.
// Errors: InvalidInput (empty; a name bound to two paths); Exhausted (kMostBinds).
Result<JavaScript> parse_javascript(std::string_view text, std::size_t offset);

// What stands between '[' and ']', if it is an index or a slice.
std::optional<Place> parse_index(std::string_view text);

}  // namespace berth::dt
