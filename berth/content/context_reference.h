// References to the context in the text of an argument: `${incident.name}`, `${File(val.Name == "a b").EntryID}`. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace berth::content {

// Where the reference that begins at `text[at]` ("${") ends: one past its closing bracket. Brackets and quotes inside
// ('...', "...", `...`, with backslashes) are balanced. Empty when nothing closes it.
std::optional<std::size_t> reference_end(std::string_view text, std::size_t at);

struct ContextReference {
  std::size_t offset = 0;  // of the "$"
  std::size_t size = 0;    // with "${" and "}"
  std::string_view path;   // between the brackets, without blanks around it
};

// The references in `text`, in their order. What follows a "${" that nothing closes is plain text.
std::vector<ContextReference> references_in(std::string_view text);

}  // namespace berth::content
