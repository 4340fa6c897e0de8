// Collects rendered lines, behind a margin and up to a limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/cli/page.h"
#include "berth/cli/styled_text.h"

namespace berth::cli {

// The one place where rendered text grows. Past the page's limit nothing is added any more; renderers stop when they
// see `full`, so that their time is bounded by what they read and by the limit.
class LineSink {
 public:
  explicit LineSink(const Page& page) : page_(page) {}

  const Page& page() const { return page_; }
  bool full() const { return full_; }

  // What stands before the lines that follow. `first` is for the next line only, `rest` for the others.
  void set_margin(std::string first, std::string rest);

  // Adds a line of our own making. Blanks at its end are dropped.
  void line(std::string_view text);
  // Adds the lines of `text`, wrapped to `columns` (0: only at line feeds).
  void wrapped(const StyledText& text, std::size_t columns);
  // Adds an empty line, unless nothing stands before it or one does already.
  void gap();

  // All lines, each with its line feed; with a notice when some are missing.
  std::string take() &&;

 private:
  Page page_;
  std::string first_;
  std::string rest_;
  std::string out_;
  bool full_ = false;
  bool after_gap_ = true;
};

}  // namespace berth::cli
