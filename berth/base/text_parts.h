// Parts of texts: what readers of lines and words have in common. Views of the text they are given, no copies.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace berth {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

// `text` without the characters of `blanks` at its ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = kWhiteSpace) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// `text` without the line feeds and carriage returns at its end.
constexpr std::string_view without_line_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of("\r\n") + 1);  // npos + 1 is 0
}

// What stands in `text` before the first `end`, all where there is none; taken from its front together with the `end`.
constexpr std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

constexpr std::string_view take_line(std::string_view& text) { return take_until(text, '\n'); }

// What stands between the characters of `separators`, without what is empty.
inline std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace berth
