// The block structure, decided line by line. Where CommonMark nests containers in containers, this keeps two numbers
// and a short list: the depth of quoting, and the open list items with the columns at which their texts begin.

#include "berth/cli/markdown.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "berth/cli/inline_markdown.h"
#include "berth/cli/markdown_lines.h"
#include "berth/cli/width.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMostQuotes = 6;
constexpr std::size_t kMostItems = 12;     // open inside each other; deeper ones are shown at the last level
constexpr std::size_t kMostColumns = 200;  // of a table; a wider one is shown as text
constexpr std::size_t kWidestRule = 80;
constexpr std::size_t kCodeIndent = 4;
constexpr Style kCodeStyle = {.colour = Colour::Cyan};

Style heading_style(std::size_t level) { return {.bold = true, .underline = level == 1}; }

class MarkdownWriter {
 public:
  MarkdownWriter(LineSink& sink, std::string_view markdown) : sink_(sink), lines_(markdown) {}

  void write() {
    while (!lines_.ended() && !sink_.full()) take(lines_.next());
    end_paragraph();
    show_marker();
    sink_.set_margin("", "");
  }

 private:
  struct Item {
    std::size_t text_column;  // in the source: deeper lines belong to the item
    std::size_t margin;       // columns that it adds on the page
  };

  void take(std::string_view line) {
    const Quoted in = quoted(line, kMostQuotes);
    if (in.depth != quotes_) {
      end_paragraph();
      leave_items(0);
      fence_.reset();
      quotes_ = in.depth;
    }
    if (fence_) {
      take_code(in.rest);
    } else if (is_blank_line(in.rest)) {
      end_paragraph();
      want_gap_ = true;
    } else {
      take_text(in.rest);
    }
  }

  void take_code(std::string_view line) {
    const std::size_t indent = std::min(indent_of(line), fence_indent_);
    if (closes(*fence_, without_indent(line, kCodeIndent + fence_indent_))) {
      fence_.reset();
      want_gap_ = true;
    } else {
      code_line(without_indent(line, indent));
    }
  }

  void take_text(std::string_view line) {
    std::size_t indent = indent_of(line);
    std::string_view text = without_indent(line, indent);
    enter_level_of(indent, text);
    std::size_t begin = items_.empty() ? 0 : items_.back().text_column;
    // Each turn takes one marker off: "- 1. text" opens two items. Beyond kMostItems markers are text.
    for (std::size_t turn = 0; turn < kMostItems && indent < begin + kCodeIndent && !is_rule(text); ++turn) {
      const auto marker = list_marker_in(text);
      if (!marker) break;
      open_item(*marker, indent);
      begin = indent + marker->columns;
      const std::string_view behind = text.substr(marker->size);
      indent += marker->size + indent_of(behind);
      text = without_indent(behind, behind.size());
      if (text.empty()) return;
    }
    if (indent >= begin + kCodeIndent && paragraph_.empty()) {
      code_line(without_indent(line, begin + kCodeIndent));
      code_open_ = true;
    } else {
      take_block(text, indent);
    }
  }

  // Closes the items that a line at `indent` is no part of. Text right below a paragraph carries it on wherever it
  // stands.
  void enter_level_of(std::size_t indent, std::string_view text) {
    std::size_t depth = items_.size();
    while (depth > 0 && indent < items_[depth - 1].text_column) --depth;
    if (depth == items_.size()) return;
    if (!paragraph_.empty() && !starts_block(text)) return;
    end_paragraph();
    leave_items(depth);
  }

  bool starts_block(std::string_view text) const {
    return list_marker_in(text) || heading_in(text) || is_rule(text) || fence_in(text) || text.starts_with('|');
  }

  void take_block(std::string_view text, std::size_t indent) {
    if (!paragraph_.empty()) {
      const std::size_t level = paragraph_lines_ == 1 ? underline_level(text) : 0;
      if (level != 0) {
        paragraph_lines_ = 0;
        const std::string title = std::exchange(paragraph_, {});
        heading({level, title});
        return;
      }
    }
    if (const auto title = heading_in(text)) {
      end_paragraph();
      heading(*title);
    } else if (is_rule(text)) {
      end_paragraph();
      rule();
    } else if (const auto fence = fence_in(text)) {
      end_paragraph();
      fence_ = fence;
      fence_indent_ = indent;
    } else if (!table_from(text)) {
      if (code_open_) want_gap_ = true;
      code_open_ = false;
      if (!paragraph_.empty()) paragraph_ += '\n';
      paragraph_ += text;
      ++paragraph_lines_;
    }
  }

  void open_item(const ListMarker& marker, std::size_t indent) {
    end_paragraph();
    // An item at the column of an open one's text, or left of it, has been closed by enter_level_of.
    if (items_.size() == kMostItems) leave_items(kMostItems - 1);
    const std::size_t columns = display_width(marker.shown) + 1;
    const bool aside = fits_margin(columns);
    if (!aside) show_marker();
    items_.push_back({indent + marker.columns, aside ? columns : 0});
    marker_ += marker.shown + " ";
    marker_columns_ += items_.back().margin;
    // Without room to stand aside the marker gets a line of its own.
    if (!aside) show_marker();
  }

  void leave_items(std::size_t depth) {
    show_marker();
    items_.resize(std::min(depth, items_.size()));
  }

  // For an item without text, or whose text could not stand beside it.
  void show_marker() {
    if (marker_.empty()) return;
    begin_block();
    sink_.line("");
  }

  std::size_t margin_columns() const {
    std::size_t columns = shown_quotes() * 2;
    for (const Item& item : items_) columns += item.margin;
    return columns;
  }

  // Quotes and items take at most half of a narrow page.
  std::size_t shown_quotes() const {
    const std::size_t width = sink_.page().width;
    return width == 0 ? quotes_ : std::min(quotes_, width / 8);
  }
  bool fits_margin(std::size_t more) const {
    const std::size_t width = sink_.page().width;
    return width == 0 || margin_columns() + more <= width / 2;
  }

  std::string margin_text() const {
    std::string margin;
    for (std::size_t i = 0; i < shown_quotes(); ++i) margin += "│ ";
    std::size_t items = 0;
    for (const Item& item : items_) items += item.margin;
    return margin.append(items, ' ');
  }

  // Sets what stands before the next block: a gap where the source has one, the margin, the markers of its items.
  void begin_block(std::string_view indent = "") {
    if (std::exchange(want_gap_, false)) sink_.gap();
    const std::string margin = margin_text();
    std::string first = margin.substr(0, margin.size() - std::exchange(marker_columns_, 0));
    first += std::exchange(marker_, {});
    sink_.set_margin(first.append(indent), margin + std::string(indent));
  }

  // Columns for the text of a block; 0 for no limit.
  std::size_t room() const {
    const std::size_t width = sink_.page().width;
    if (width == 0) return 0;
    return width - std::min(width - 1, margin_columns());
  }

  StyledText inline_text(std::string_view text, Style base) const {
    return inline_markdown(text, base, !sink_.page().colour);
  }

  void end_paragraph() {
    if (paragraph_.empty()) return;
    paragraph_lines_ = 0;
    const StyledText text = inline_text(std::exchange(paragraph_, {}), {});
    begin_block();
    sink_.wrapped(text, room());
  }

  void heading(const Heading& title) {
    want_gap_ = want_gap_ || marker_.empty();
    begin_block();
    sink_.wrapped(inline_text(title.text, heading_style(title.level)), room());
  }

  void rule() {
    begin_block();
    const std::size_t columns = room() == 0 ? kWidestRule : std::min(room(), kWidestRule);
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) line += "─";
    sink_.wrapped(StyledText(line, {.dim = true}), 0);
  }

  void code_line(std::string_view line) {
    begin_block("  ");
    sink_.wrapped(StyledText(line, kCodeStyle), 0);
  }

  // Writes the table whose header is `text`, if the line below says that it is one. It is read twice: once to measure,
  // once to write.
  bool table_from(std::string_view text) {
    if (text.find('|') == std::string_view::npos) return false;
    const Quoted below = quoted(lines_.peek(), quotes_);
    auto aligns = below.depth == quotes_ ? aligns_in(below.rest) : std::nullopt;
    if (!aligns || aligns->size() > kMostColumns) return false;
    const std::vector<std::string> names = cells_of(text);
    if (names.empty() || names.size() > kMostColumns) return false;
    end_paragraph();
    lines_.next();
    TableWriter table(row_of(names, names.size()), *std::move(aligns), room());
    MarkdownLines measured = lines_;
    while (const auto row = next_row(measured)) table.measure(row_of(cells_of(*row), names.size()));
    begin_block();
    table.write_header(sink_);
    while (const auto row = next_row(lines_)) {
      if (!sink_.full()) table.write_row(sink_, row_of(cells_of(*row), names.size()));
    }
    want_gap_ = true;
    return true;
  }

  std::optional<std::string_view> next_row(MarkdownLines& lines) const {
    if (lines.ended()) return std::nullopt;
    const Quoted row = quoted(lines.peek(), quotes_);
    if (row.depth != quotes_ || row.rest.find('|') == std::string_view::npos) return std::nullopt;
    lines.next();
    return row.rest;
  }

  // Cells beyond the header, most often from a bar that was not escaped, stay in the last column.
  Row row_of(std::vector<std::string> cells, std::size_t columns) const {
    for (std::size_t i = columns; i < cells.size(); ++i) cells[columns - 1] += " | " + cells[i];
    cells.resize(std::min(cells.size(), columns));
    Row row;
    for (const std::string& cell : cells) row.push_back(inline_text(cell, {}));
    return row;
  }

  LineSink& sink_;
  MarkdownLines lines_;
  std::size_t quotes_ = 0;
  std::vector<Item> items_;
  std::string paragraph_;  // its lines so far
  std::size_t paragraph_lines_ = 0;
  std::optional<Fence> fence_;
  std::size_t fence_indent_ = 0;
  std::string marker_;              // of items whose first line is still to come
  std::size_t marker_columns_ = 0;  // of their margins
  bool code_open_ = false;          // the last block was indented code
  bool want_gap_ = false;
};

}  // namespace

void write_markdown(LineSink& sink, std::string_view markdown) { MarkdownWriter(sink, markdown).write(); }

std::string render_markdown(std::string_view markdown, const Page& page) {
  LineSink sink(page);
  write_markdown(sink, markdown);
  return std::move(sink).take();
}

}  // namespace berth::cli
