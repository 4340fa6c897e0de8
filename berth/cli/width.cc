#include "berth/cli/width.h"

#include <algorithm>
#include <span>

#include "berth/base/utf8.h"
#include "berth/cli/width_ranges.h"

namespace berth::cli {
namespace {

bool contains(std::span<const CodeRange> ranges, char32_t code) {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &CodeRange::first);
  return after != ranges.begin() && code <= std::prev(after)->last;
}

}  // namespace

std::size_t width_of(char32_t code) {
  if (code < kZeroWidth[0].first) return 1;
  if (contains(kZeroWidth, code)) return 0;
  return contains(kWide, code) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Utf8Char c = next_utf8(text);
    columns += width_of(c.code);
    text.remove_prefix(c.size);
  }
  return columns;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t fits = 0;  // bytes that leave a column for the ellipsis
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = next_utf8(text.substr(at));
    used += width_of(c.code);
    if (used > columns) return std::string(text.substr(0, fits)) + "…";
    at += c.size;
    if (used < columns) fits = at;
  }
  return std::string(text);
}

}  // namespace berth::cli
