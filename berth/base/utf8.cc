#include "berth/base/utf8.h"

#include <fmt/format.h>

#include <optional>

namespace berth {
namespace {

constexpr char32_t kReplacement = 0xfffd;

// The four hex digits of an escape `\uXXXX` that starts at `at`, if one stands there.
std::optional<unsigned> escape_at(std::string_view json, std::size_t at) {
  if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return std::nullopt;
  unsigned code = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const char c = json[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    code = code * 16 + static_cast<unsigned>(digit);
  }
  return code;
}

bool is_high(unsigned code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low(unsigned code) { return code >= 0xdc00 && code < 0xe000; }

bool is_hidden(char32_t code) {
  return (code < 0x20) || (code >= 0x7f && code < 0xa0) ||  // C0, DEL, C1
         (code >= 0x200b && code <= 0x200f) ||              // zero width, directional marks
         (code >= 0x2028 && code <= 0x202e) ||              // separators, bidirectional embedding
         (code >= 0x2060 && code <= 0x206f) || code == 0x061c || code == 0x180e || code == 0xfeff ||
         (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);  // annotations, tags
}

}  // namespace

Utf8Char next_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xc2 && first < 0xe0   ? 2
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xf0 && first < 0xf5 ? 4
                                                           : 0;
  if (size == 0 || text.size() < size) return {kReplacement, 1};
  char32_t code = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {kReplacement, 1};
    code = (code << 6) | (byte(i) & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {kReplacement, 1};
  return {code, size};
}

void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = next_utf8(text);
    append_utf8(out, c.code);
    text.remove_prefix(c.size);
  }
  return out;
}

std::string repair_surrogate_escapes(std::string_view json) {
  std::string out;
  std::size_t copied = 0;
  std::size_t at = 0;
  while ((at = json.find('\\', at)) != std::string_view::npos) {
    const auto code = escape_at(json, at);
    if (!code) {
      at += 2;  // the backslash and what it escapes
      continue;
    }
    if (is_high(*code)) {
      const auto next = escape_at(json, at + 6);
      if (next && is_low(*next)) {
        at += 12;
        continue;
      }
    }
    if (is_high(*code) || is_low(*code)) {
      out.append(json.substr(copied, at - copied)).append("\\ufffd");
      copied = at + 6;
    }
    at += 6;
  }
  if (copied != 0) out.append(json.substr(copied));
  return out;
}

std::string to_visible(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = next_utf8(text);
    text.remove_prefix(c.size);
    if ((keep_lines && (c.code == '\n' || c.code == '\t')) || !is_hidden(c.code)) {
      append_utf8(out, c.code);
    } else if (c.code < 0x100) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c.code));
    } else if (c.code < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c.code));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<unsigned>(c.code));
    }
  }
  return out;
}

}  // namespace berth
