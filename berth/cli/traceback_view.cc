#include "berth/cli/traceback_view.h"

#include <fmt/format.h>

#include <charconv>

namespace berth::cli {

std::string with_own_lines(std::string_view text, std::string_view origin, std::optional<std::size_t> first_line) {
  constexpr std::string_view kPlace = "File \"<string>\", line ";
  std::string out;
  for (std::size_t at = 0; first_line && (at = text.find(kPlace)) != std::string_view::npos;) {
    std::size_t line = 0;
    const char* digits = text.data() + at + kPlace.size();
    const auto [end, error] = std::from_chars(digits, text.data() + text.size(), line);
    const std::size_t taken = static_cast<std::size_t>(end - text.data());
    if (error == std::errc() && line >= *first_line) {
      out += fmt::format("{}File \"{}\", line {}", text.substr(0, at), origin, line - *first_line + 1);
    } else {
      out += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  return out.append(text);
}

}  // namespace berth::cli
