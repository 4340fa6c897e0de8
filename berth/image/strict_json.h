// JSON that no two programs may read differently.
#pragma once

#include <span>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::image {

// Parses `text`, and refuses what RFC 8259 leaves to the reader: a key that stands twice in an object, NaN and the
// infinities, a NUL in a text, and bytes that are no UTF-8. `what` names the document in errors.
// Errors: Corrupt; Exhausted by depth (32) or number of values (200,000).
Result<Json> parse_strict_json(std::string_view text, std::string_view what);

// Refuses a member of `object` whose name is one of `names` but for the case of its letters. Programs in Go take such a
// one for the same, so that the document would mean one thing to us and another to the tool that reads it after us.
// Errors: Corrupt.
Result<void> check_spelling(const Json& object, std::span<const std::string_view> names, std::string_view where);

}  // namespace berth::image
