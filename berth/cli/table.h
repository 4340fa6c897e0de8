// Tables: aligned, and made to fit.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth/cli/line_sink.h"
#include "berth/cli/page.h"
#include "berth/cli/styled_text.h"

namespace berth::cli {

using Row = std::vector<StyledText>;

enum class Align { Left, Right, Centre };

// Writes one table in two passes, so that a table of any length is never held as a whole: `measure` every row, then
// `write_header`, then `write_row` every row again. A row may be shorter than the header; what goes beyond it is not
// shown.
//
// Three forms: on a page without a width, blanks between columns and a line a row, for other programs; where it fits, a
// grid whose columns shrink and whose cells wrap; where columns would be too narrow to read, a list of `name: value`
// lines for each row.
class TableWriter {
 public:
  // `columns` is the width to fill, 0 for the form without one. Columns that `aligns` does not name stand left.
  TableWriter(Row header, std::vector<Align> aligns, std::size_t columns);

  void measure(const Row& row);
  void write_header(LineSink& sink);
  void write_row(LineSink& sink, const Row& row);

 private:
  enum class Form { Plain, Grid, List };

  Align align_of(std::size_t column) const;
  void write_plain(LineSink& sink, const Row& row) const;
  void write_grid(LineSink& sink, const Row& row) const;
  void write_list(LineSink& sink, const Row& row) const;
  void write_rule(LineSink& sink) const;
  void settle();

  Row header_;
  std::vector<Align> aligns_;
  std::size_t columns_;
  std::vector<std::size_t> widths_;  // natural ones at first, then what each column gets
  std::size_t label_ = 0;            // of the list form: columns of a name
  Form form_ = Form::Plain;
  bool several_lines_ = false;  // some cell takes more than one, so that rows need a rule between them
  bool first_row_ = true;
};

struct Table {
  Row header;
  std::vector<Align> aligns;
  std::vector<Row> rows;
};

// Cells without any style.
Row plain_row(const std::vector<std::string>& cells);

std::string render_table(const Table& table, const Page& page);

// The widths for columns that would like `natural` ones and have `room` in all: narrow ones get what they want, the
// others share what is left evenly.
std::vector<std::size_t> shared_widths(const std::vector<std::size_t>& natural, std::size_t room);

}  // namespace berth::cli
