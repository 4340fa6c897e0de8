// What is judged about a YAML text before its grammar: characters, directives, and what follows the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

struct TextPlace {
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // from 1, in characters
};

// Where the byte at `offset` stands.
TextPlace place_at(std::string_view text, std::size_t offset);

// "name:line:column: reason", as an InvalidInput error.
std::unexpected<Error> refuse_at(std::string_view name, TextPlace place, std::string_view reason);

// Errors: InvalidInput for bytes that are not UTF-8, for NUL and other control characters, and for directives other
// than one %YAML (a parser compares each %TAG with all before it, which a hostile file can make last for hours).
Result<void> check_yaml_text(std::string_view text, std::string_view name);

// Looks at what stands from `offset` on, where the document has ended. Errors: InvalidInput for anything but
// comments, blank lines and end marks.
Result<void> check_nothing_follows(std::string_view text, std::size_t offset, std::string_view name);

}  // namespace berth::content
