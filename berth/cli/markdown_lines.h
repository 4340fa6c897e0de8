// What single lines of Markdown are: the questions the block structure is decided by. All pure, all linear in the line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cli/table.h"

namespace berth::cli {

// Walks through a text line by line; line ends are LF or CRLF.
class MarkdownLines {
 public:
  explicit MarkdownLines(std::string_view text) : rest_(text) {}

  bool ended() const { return rest_.empty(); }
  std::string_view next();
  // The next line, which stays next; empty at the end.
  std::string_view peek() const { return MarkdownLines(rest_).next(); }

 private:
  std::string_view rest_;
};

bool is_blank_line(std::string_view line);
// Columns of the blanks at the start; a tab goes to the next multiple of four.
std::size_t indent_of(std::string_view line);
// `line` without `columns` of blanks, or all that there are.
std::string_view without_indent(std::string_view line, std::size_t columns);

// The functions below take a line without its indentation.

// The line behind its `>`s, of which at most `most` are taken.
struct Quoted {
  std::size_t depth;
  std::string_view rest;
};
Quoted quoted(std::string_view line, std::size_t most);

struct Heading {
  std::size_t level;  // 1 to 6
  std::string_view text;
};
std::optional<Heading> heading_in(std::string_view line);

// `---`, `* * *`, `___`.
bool is_rule(std::string_view line);
// The line under a heading: 1 for `===`, 2 for `---`, 0 for neither.
std::size_t underline_level(std::string_view line);

struct Fence {
  char mark;  // ` or ~
  std::size_t size;
};
std::optional<Fence> fence_in(std::string_view line);
bool closes(const Fence& fence, std::string_view line);

struct ListMarker {
  std::string shown;    // "•", "12."
  std::size_t size;     // bytes of the marker in the line
  std::size_t columns;  // from the marker to the text behind it
};
std::optional<ListMarker> list_marker_in(std::string_view line);

// The cells of a table's row, with `\|` as `|`; blanks around them are gone.
std::vector<std::string> cells_of(std::string_view line);
// How the columns stand, when `line` is the one under a table's header: `|:---|---:|`.
std::optional<std::vector<Align>> aligns_in(std::string_view line);

}  // namespace berth::cli
