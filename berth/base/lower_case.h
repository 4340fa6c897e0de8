// The Latin letters of ASCII in lower case, whatever the locale; other bytes, those of UTF-8 among them, stay as they
// are.
#pragma once

#include <string>
#include <string_view>

namespace berth {

constexpr char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_letter(c);
  return lower;
}

}  // namespace berth
