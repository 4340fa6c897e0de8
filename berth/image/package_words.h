// What names and texts of package databases may be, whichever distribution wrote them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/utf8.h"

namespace berth::image {

constexpr std::size_t kMostPackages = 100'000;  // in one database
constexpr std::size_t kMostOwners = 100'000;    // of Python's metadata, in one database
constexpr std::size_t kMostMetadata = 10'000;   // of one package
constexpr std::size_t kLongestPath = 1024;      // of metadata

// A name, a version or an architecture: visible ASCII, at most 512 characters.
inline bool is_package_word(std::string_view text) {
  return !text.empty() && text.size() <= 512 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

inline std::string word_or(std::string_view text, std::string_view otherwise) {
  return std::string(is_package_word(text) ? text : otherwise);
}

// For people only: at most 4 KiB of it, and with nothing in it that moves a cursor.
inline std::string shown_package_text(std::string_view text) { return to_visible(text.substr(0, 4096), false); }

}  // namespace berth::image
