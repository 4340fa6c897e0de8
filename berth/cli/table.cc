#include "berth/cli/table.h"

#include <algorithm>
#include <utility>

#include "berth/cli/width.h"

namespace berth::cli {
namespace {

constexpr std::size_t kNarrowest = 8;      // columns of the grid do not shrink further
constexpr std::size_t kPlainPadding = 60;  // one long cell does not push the whole column away
constexpr std::size_t kLongestName = 24;   // of a column, in the list form
constexpr std::size_t kFewestColumns = 10;
constexpr std::string_view kBar = " │ ";
constexpr std::size_t kBarColumns = 3;
constexpr Style kHeaderStyle = {.bold = true};
constexpr Style kRuleStyle = {.dim = true};

std::string styled(std::string_view text, Style style, bool colour) {
  const StyledText whole(text, style);
  std::string out;
  whole.print(out, {0, whole.text().size(), 0}, colour);
  return out;
}

// The header's words, whatever styles they came with, as one line.
std::string name_of(const StyledText& cell) {
  std::string name = cell.text();
  std::ranges::replace(name, '\n', ' ');
  return name;
}

void pad(std::string& line, std::size_t columns) { line.append(columns, ' '); }

// Appends `slice` of `cell` in a column of `width`.
void print_aligned(std::string& line, const StyledText& cell, Slice slice, std::size_t width, Align align,
                   bool colour) {
  const std::size_t free = width - std::min(width, slice.columns);
  const std::size_t before = align == Align::Left ? 0 : align == Align::Right ? free : free / 2;
  pad(line, before);
  cell.print(line, slice, colour);
  pad(line, free - before);
}

}  // namespace

std::vector<std::size_t> shared_widths(const std::vector<std::size_t>& natural, std::size_t room) {
  std::vector<std::pair<std::size_t, std::size_t>> order;  // narrow columns first
  for (std::size_t i = 0; i < natural.size(); ++i) order.emplace_back(natural[i], i);
  std::ranges::sort(order);
  std::vector<std::size_t> widths(natural.size());
  std::size_t waiting = order.size();
  for (const auto& [wanted, column] : order) {
    widths[column] = std::min(wanted, room / waiting);
    room -= widths[column];
    --waiting;
  }
  return widths;
}

TableWriter::TableWriter(Row header, std::vector<Align> aligns, std::size_t columns)
    : header_(std::move(header)),
      aligns_(std::move(aligns)),
      columns_(columns == 0 ? 0 : std::max(columns, kFewestColumns)),
      widths_(header_.size(), 1) {
  for (StyledText& cell : header_) cell = StyledText(name_of(cell), kHeaderStyle);
  measure(header_);
}

void TableWriter::measure(const Row& row) {
  for (std::size_t i = 0; i < std::min(row.size(), header_.size()); ++i) {
    // The form without a width shows all lines of a cell as one, with blanks for line feeds.
    const std::string& text = row[i].text();
    widths_[i] = std::max(widths_[i], columns_ == 0 ? display_width(text) : widest_line(text));
    several_lines_ = several_lines_ || text.find('\n') != std::string::npos;
  }
}

void TableWriter::settle() {
  if (columns_ == 0) {
    for (std::size_t& width : widths_) width = std::min(width, kPlainPadding);
    return;
  }
  const std::size_t bars = header_.empty() ? 0 : (header_.size() - 1) * kBarColumns;
  const auto widths = shared_widths(widths_, columns_ - std::min(columns_, bars));
  form_ = Form::Grid;
  label_ = std::min(kLongestName, columns_ / 3);
  std::size_t longest = 0;
  for (const StyledText& name : header_) longest = std::max(longest, display_width(name.text()));
  label_ = std::min(label_, longest);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] == widths_[i]) continue;
    several_lines_ = true;
    if (widths[i] < kNarrowest) form_ = Form::List;
  }
  if (form_ == Form::Grid) widths_ = widths;
}

void TableWriter::write_header(LineSink& sink) {
  settle();
  switch (form_) {
    case Form::Plain:
      write_plain(sink, header_);
      return;
    case Form::Grid:
      write_grid(sink, header_);
      write_rule(sink);
      return;
    case Form::List:
      return;
  }
}

void TableWriter::write_row(LineSink& sink, const Row& row) {
  const bool first = std::exchange(first_row_, false);
  switch (form_) {
    case Form::Plain:
      write_plain(sink, row);
      return;
    case Form::Grid:
      if (!first && several_lines_) write_rule(sink);
      write_grid(sink, row);
      return;
    case Form::List:
      if (!first) sink.gap();
      write_list(sink, row);
      return;
  }
}

Align TableWriter::align_of(std::size_t column) const {
  return column < aligns_.size() ? aligns_[column] : Align::Left;
}

void TableWriter::write_plain(LineSink& sink, const Row& row) const {
  std::string line;
  const std::size_t cells = std::min(row.size(), header_.size());
  for (std::size_t i = 0; i < cells; ++i) {
    // A line a row: line feeds in cells become blanks.
    LineBreaker lines(row[i].text(), 0);
    std::string cell;
    std::size_t taken = 0;
    while (const auto slice = lines.next()) {
      if (taken != 0) cell += ' ';
      row[i].print(cell, *slice, sink.page().colour);
      taken += slice->columns + (taken == 0 ? 0 : 1);
    }
    const std::size_t free = widths_[i] - std::min(widths_[i], taken);
    if (i != 0) pad(line, 2);
    if (align_of(i) == Align::Right) pad(line, free);
    line += cell;
    if (align_of(i) != Align::Right) pad(line, free);
  }
  sink.line(line);
}

void TableWriter::write_grid(LineSink& sink, const Row& row) const {
  const bool colour = sink.page().colour;
  const std::string bar = styled(kBar, kRuleStyle, colour);
  const std::size_t cells = std::min(row.size(), header_.size());
  std::vector<LineBreaker> breakers;
  for (std::size_t i = 0; i < cells; ++i) breakers.emplace_back(row[i].text(), widths_[i]);
  std::vector<std::optional<Slice>> slices(cells);
  for (bool first = true; !sink.full(); first = false) {
    std::size_t shown = 0;  // columns up to the last that has something on this line
    for (std::size_t i = 0; i < cells; ++i) {
      slices[i] = breakers[i].next();
      if (slices[i]) shown = i + 1;
    }
    if (shown == 0 && !first) return;
    std::string line;
    for (std::size_t i = 0; i < shown; ++i) {
      if (i != 0) line += bar;
      print_aligned(line, row[i], slices[i].value_or(Slice{}), widths_[i], align_of(i), colour);
    }
    sink.line(line);
  }
}

void TableWriter::write_list(LineSink& sink, const Row& row) const {
  const bool colour = sink.page().colour;
  const std::size_t room = columns_ - label_ - 2;
  const std::size_t cells = std::min(row.size(), header_.size());
  for (std::size_t i = 0; i < cells && !sink.full(); ++i) {
    if (row[i].empty()) continue;
    const std::string name = cut_to_width(header_[i].text(), label_);
    LineBreaker lines(row[i].text(), room);
    for (bool first = true; const auto slice = lines.next(); first = false) {
      if (sink.full()) return;
      std::string line = first ? styled(name + ":", kHeaderStyle, colour) : std::string();
      pad(line, first ? label_ - display_width(name) + 1 : label_ + 2);
      row[i].print(line, *slice, colour);
      sink.line(line);
    }
  }
}

void TableWriter::write_rule(LineSink& sink) const {
  std::string rule;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    if (i != 0) rule += "─┼─";
    for (std::size_t column = 0; column < widths_[i]; ++column) rule += "─";
  }
  sink.line(styled(rule, kRuleStyle, sink.page().colour));
}

Row plain_row(const std::vector<std::string>& cells) {
  Row row;
  for (const std::string& cell : cells) row.emplace_back(cell);
  return row;
}

std::string render_table(const Table& table, const Page& page) {
  TableWriter writer(table.header, table.aligns, page.width);
  for (const Row& row : table.rows) writer.measure(row);
  LineSink sink(page);
  writer.write_header(sink);
  for (const Row& row : table.rows) writer.write_row(sink, row);
  return std::move(sink).take();
}

}  // namespace berth::cli
