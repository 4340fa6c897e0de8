// Where output goes: a terminal or not, its width, and whether it may be coloured.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "berth/cli/page.h"

namespace berth::cli {

enum class ColourChoice { Auto, Always, Never };

// What the system says about a descriptor; variables that are not set are nullopt.
struct TerminalFacts {
  bool is_terminal = false;
  std::size_t window_columns = 0;  // 0 where the terminal does not know
  std::optional<std::string> term;
  std::optional<std::string> no_color;
  std::optional<std::string> columns;
};

struct Terminal {
  int fd = -1;
  bool is_terminal = false;
  bool can_redraw = false;  // a line can be erased and written again
  bool colour = false;
  std::size_t width = 0;  // 0: no limit, not a terminal

  Page page() const { return {.width = width, .colour = colour}; }
};

// The policy. Pure. Auto colours a terminal unless NO_COLOR is set to anything but nothing, or TERM is unset, empty or
// "dumb"; a choice beats the environment. The width is the window's, else COLUMNS, else 80, and stays in 20 to 1000.
Terminal terminal_from(const TerminalFacts& facts, ColourChoice choice);

// Asks the system and the environment about `fd`, which stays the caller's.
Terminal detect_terminal(int fd, ColourChoice choice);

}  // namespace berth::cli
