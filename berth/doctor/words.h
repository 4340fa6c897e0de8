// Small texts of the kernel and of /etc, taken apart.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/text_parts.h"

namespace berth::doctor {

using berth::words_of;
inline std::vector<std::string_view> words_of(std::string_view text) { return words_of(text, " \t"); }
inline std::vector<std::string_view> lines_of(std::string_view text) { return words_of(text, "\n"); }

// Field `index` of `line`, whose fields stand between `separator`s and may be empty; empty where there are fewer.
std::string_view field_of(std::string_view line, std::size_t index, char separator);

// The whole of `text` as a number.
template <std::integral T>
std::optional<T> number_of(std::string_view text, int base = 10) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `parts` with commas between them; of more than `most` the rest is counted.
std::string listed(const std::vector<std::string>& parts, std::size_t most = 4);

// What a small file holds, without the line end; nothing where it cannot be read.
std::optional<std::string> small_file(const std::string& path);

}  // namespace berth::doctor
