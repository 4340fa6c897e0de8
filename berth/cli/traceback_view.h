// Tracebacks for people: with the lines of the item's own file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::cli {

// `text` with each `File "<string>", line N` that lies in the item's own code told as `File "origin", line M`: what is
// run is one long text, in which the item comes last and begins at `first_line`. Without `first_line`, `text` as it is.
std::string with_own_lines(std::string_view text, std::string_view origin, std::optional<std::size_t> first_line);

}  // namespace berth::cli
