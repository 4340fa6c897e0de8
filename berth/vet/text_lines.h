// The lines of a text from outside, one after the other, without copies.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace berth::vet {

struct TextLine {
  std::string_view text;   // without its end, `\n` or `\r\n`
  std::size_t number = 0;  // 1 for the first
};

class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}

  // Nothing when all lines were handed out. What follows the last line feed is a line unless it is empty.
  std::optional<TextLine> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return TextLine{line, ++number_};
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

}  // namespace berth::vet
