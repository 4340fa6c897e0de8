// What is going on, on a line that disappears.
#pragma once

#include <chrono>
#include <optional>
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
  // Draws the step again, with the time since the first one; to be called about each second.
  void tick();
  // That time counts from now on.
  void restart() { begun_ = std::chrono::steady_clock::now(); }
  // Erases the line. Does nothing when there is none.
  void done();

 private:
  void show(std::string_view end);

  Terminal terminal_;
  std::string text_;  // of the step that is shown
  std::optional<std::chrono::steady_clock::time_point> begun_;
  bool drawn_ = false;
};

// The bytes that draw a step on a terminal of `width` columns; of what is too long, `end` is kept. Pure.
std::string progress_line(std::string_view text, std::size_t width, bool colour, std::string_view end = "");

// "5 s", "2:05 min", "1:00 h". Pure.
std::string elapsed_text(std::chrono::seconds elapsed);

}  // namespace berth::cli
