// UTF-8 from outside: read without trust, repaired, and made safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

struct Utf8Char {
  char32_t code;     // U+FFFD where the bytes are not UTF-8
  std::size_t size;  // bytes taken, at least 1
};

// The first character of `text`, which must not be empty. Overlong forms, surrogates and values past U+10FFFF are
// not UTF-8 (RFC 3629, section 3).
Utf8Char next_utf8(std::string_view text);

void append_utf8(std::string& out, char32_t code);

// `text` with every byte that is not UTF-8 replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

// JSON text with each \uD800..\uDFFF escape that has no partner replaced by \ufffd, as Go's and browsers' readers
// do; empty when nothing needs repair, which is the usual case.
std::string repair_surrogate_escapes(std::string_view json);

// `text` for a terminal or a log line: control characters, bidirectional marks and line separators become visible
// (`\x1b`, `\u202e`), so that no text can move the cursor, recolour or reorder what a person reads. Line feeds and
// tabs are kept when `keep_lines`.
std::string to_visible(std::string_view text, bool keep_lines);

}  // namespace berth
