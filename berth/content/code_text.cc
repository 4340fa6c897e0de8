#include "berth/content/code_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

#include "berth/base/utf8.h"
#include "berth/content/yaml_text.h"

namespace berth::content {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Whether the eight bytes at `bytes` are all ASCII and none is NUL. Common scripts are large and read for each call.
bool is_plain(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  return ((word | (word - kOnes)) & kHigh) == 0;
}

}  // namespace

Result<std::string> checked_code(std::string code, std::string_view name) {
  if (code.size() > kLargestCode) {
    return fail(Errc::Exhausted, fmt::format("{}: the code holds {} bytes, more than the limit of {}; split it", name,
                                             code.size(), kLargestCode));
  }
  if (code.starts_with(kByteOrderMark)) code.erase(0, kByteOrderMark.size());
  const std::string_view text = code;
  for (std::size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && is_plain(text.data() + at)) {
      at += 8;
      continue;
    }
    if (text[at] == '\0') return refuse_at(name, place_at(text, at), "a NUL byte stands in the code; remove it");
    const Utf8Char c = next_utf8(text.substr(at));
    if (c.code == 0xfffd && c.size == 1) {
      return refuse_at(
          name, place_at(text, at),
          fmt::format("byte 0x{:02x} is not UTF-8; save the file as UTF-8", static_cast<unsigned char>(text[at])));
    }
    at += c.size;
  }
  return code;
}

}  // namespace berth::content
