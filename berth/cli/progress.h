// What is going on, on a line that disappears.
#pragma once

#include <string>
#include <string_view>

#include "berth/cli/terminal.h"

namespace berth::cli {

// Shows the step that is under way on one line of a terminal, each step over the one before; `done` and the destructor
// erase it. Where lines cannot be redrawn (a pipe, a dumb terminal), and while the program is in the background, it
// writes nothing. Call `done` before anything else is written to the terminal.
//
// It changes no state of the terminal (no hidden cursor, no mode), so a program that is killed leaves a line of text at
// the most; and it starts no thread, because the program makes namespaces, which only a single thread can.
class Progress {
 public:
  explicit Progress(const Terminal& terminal) : terminal_(terminal) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { done(); }

  // `text` may hold anything; it is made visible and cut to the terminal's width of the moment.
  void step(std::string_view text);
  // Erases the line. Does nothing when there is none.
  void done();

 private:
  Terminal terminal_;
  bool drawn_ = false;
};

// The bytes that draw a step on a terminal of `width` columns; pure.
std::string progress_line(std::string_view text, std::size_t width, bool colour);

}  // namespace berth::cli
