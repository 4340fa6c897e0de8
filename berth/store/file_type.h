// What kind of file some bytes are, in a few words for people.
#pragma once

#include <string>
#include <string_view>

namespace berth::store {

// Whether bytes are text, found out as they come, in any pieces.
class TextWatch {
 public:
  void update(std::string_view bytes);

  bool is_ascii() const { return is_text_ && !seen_wide_; }
  bool is_utf8() const { return is_text_ && awaited_ == 0; }

 private:
  void take(unsigned char octet);

  bool is_text_ = true;          // so far: no control characters, no broken UTF-8
  bool seen_wide_ = false;       // a character past ASCII
  int awaited_ = 0;              // octets that the current character still lacks
  unsigned char lowest_ = 0x80;  // of the next one
  unsigned char highest_ = 0xbf;
};

// The first bytes tell most kinds; this many are looked at.
constexpr std::size_t kTypeBytes = 1024;

// Judges by the first bytes, and by `extension` (lower case, without the dot) where kinds look alike from inside. Says
// "data" rather than guess. `text` has seen all bytes.
std::string file_type_of(std::string_view head, const TextWatch& text, std::string_view extension);

}  // namespace berth::store
