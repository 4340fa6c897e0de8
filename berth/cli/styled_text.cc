#include "berth/cli/styled_text.h"

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/cli/width.h"

namespace berth::cli {
namespace {

constexpr std::size_t kTabStop = 8;

// The sequence that turns `style` on; empty for plain text.
std::string sequence_for(const Style& style) {
  std::string codes;
  const auto add = [&](bool wanted, std::string_view code) {
    if (!wanted) return;
    if (!codes.empty()) codes += ';';
    codes += code;
  };
  add(style.bold, "1");
  add(style.dim, "2");
  add(style.italic, "3");
  add(style.underline, "4");
  add(style.struck, "9");
  add(style.colour == Colour::Red, "31");
  add(style.colour == Colour::Green, "32");
  add(style.colour == Colour::Yellow, "33");
  add(style.colour == Colour::Cyan, "36");
  return codes.empty() ? codes : "\x1b[" + codes + "m";
}

}  // namespace

void StyledText::append(std::string_view text, Style style) {
  while (!text.empty()) {
    const std::size_t stop = std::min(text.find_first_of("\t\r"), text.size());
    append_visible(text.substr(0, stop), style);
    text.remove_prefix(stop);
    if (text.empty()) return;
    // The carriage return of a CRLF goes; alone it would overwrite the line, and is shown.
    if (text[0] == '\t') {
      append_tab(style);
    } else if (!text.starts_with("\r\n")) {
      append_visible("\r", style);
    }
    text.remove_prefix(1);
  }
}

void StyledText::append_visible(std::string_view text, Style style) {
  if (text.empty()) return;
  text_ += to_visible(text, true);
  if (!runs_.empty() && runs_.back().style == style) {
    runs_.back().end = text_.size();
  } else {
    runs_.push_back({text_.size(), style});
  }
}

void StyledText::append_tab(Style style) {
  const std::string_view rest = std::string_view(text_).substr(measured_);
  const std::size_t line = rest.rfind('\n');
  column_ = line == std::string_view::npos ? column_ + display_width(rest) : display_width(rest.substr(line + 1));
  measured_ = text_.size();
  append_visible(std::string(kTabStop - column_ % kTabStop, ' '), style);
}

void StyledText::print(std::string& out, Slice slice, bool colour) const {
  const std::string_view text = text_;
  if (!colour) {
    out += text.substr(slice.begin, slice.end - slice.begin);
    return;
  }
  auto run = std::ranges::upper_bound(runs_, slice.begin, {}, &Run::end);
  for (std::size_t at = slice.begin; at < slice.end; ++run) {
    const std::size_t end = std::min(run->end, slice.end);
    const std::string sequence = sequence_for(run->style);
    out += sequence;
    out += text.substr(at, end - at);
    if (!sequence.empty()) out += "\x1b[0m";
    at = end;
  }
}

std::optional<Slice> LineBreaker::next() {
  if (ended_) return std::nullopt;
  const std::size_t begin = at_;
  Slice word_end = {begin, begin, 0};  // the line up to the last blank at which it can be broken
  std::size_t next_word = begin;
  bool in_blanks = false;
  std::size_t columns = 0;
  std::size_t at = begin;
  while (at < text_.size()) {
    const Utf8Char c = next_utf8(text_.substr(at));
    if (c.code == '\n') {
      at_ = at + 1;
      return fitted({begin, at, columns});
    }
    const std::size_t width = width_of(c.code);
    const bool blank = c.code == ' ';
    if (width_ != 0 && columns + width > width_ && !blank && at > begin) {
      const bool between_words = word_end.end > begin;
      at_ = between_words ? next_word : at;
      return between_words ? word_end : fitted({begin, at, columns});
    }
    if (blank && !in_blanks && at > begin) word_end = {begin, at, columns};
    at += c.size;
    columns += width;
    if (blank) next_word = at;
    in_blanks = blank;
  }
  ended_ = true;
  return fitted({begin, at, columns});
}

// Only blanks are let past the edge; the line ends before them.
Slice LineBreaker::fitted(Slice line) const {
  while (width_ != 0 && line.columns > width_ && text_[line.end - 1] == ' ') {
    --line.end;
    --line.columns;
  }
  return line;
}

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  for (LineBreaker lines(text, 0); const auto line = lines.next();) widest = std::max(widest, line->columns);
  return widest;
}

}  // namespace berth::cli
