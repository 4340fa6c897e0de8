// Text with styles that is safe to send to a terminal, and how it is broken into lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

enum class Colour : std::uint8_t { Default, Red, Green, Yellow, Cyan };

struct Style {
  bool bold = false;
  bool dim = false;
  bool italic = false;
  bool underline = false;
  bool struck = false;
  Colour colour = Colour::Default;

  friend bool operator==(const Style&, const Style&) = default;
};

// Bytes [begin, end) of a text, and the columns they take.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t columns = 0;
};

// UTF-8 text in which each stretch has a style. The only door from data to the terminal: whatever is appended has its
// control characters and directional marks made visible, so that a control sequence in what `print` writes is always
// our own. Line feeds stay; tabs become blanks up to the next multiple of eight.
class StyledText {
 public:
  StyledText() = default;
  explicit StyledText(std::string_view text, Style style = {}) { append(text, style); }

  void append(std::string_view text, Style style = {});

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  // Appends the slice to `out`; with `colour`, in its styles, which end with the slice.
  void print(std::string& out, Slice slice, bool colour) const;

 private:
  struct Run {
    std::size_t end;
    Style style;
  };
  void append_visible(std::string_view text, Style style);
  void append_tab(Style style);

  std::string text_;
  std::vector<Run> runs_;
  std::size_t measured_ = 0;  // bytes that `column_` has counted
  std::size_t column_ = 0;    // where the line at `measured_` stands; kept for tabs only
};

// Gives the lines of a text that must outlive it, one by one, broken between words to fit `width` columns (0: at line
// feeds only); a word that does not fit alone is broken inside. A text without characters is one empty line. The time
// for all lines is linear in the text.
class LineBreaker {
 public:
  LineBreaker(std::string_view text, std::size_t width) : text_(text), width_(width) {}

  std::optional<Slice> next();

 private:
  Slice fitted(Slice line) const;

  std::string_view text_;
  std::size_t width_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

// The columns of the longest line of `text`.
std::size_t widest_line(std::string_view text);

}  // namespace berth::cli
