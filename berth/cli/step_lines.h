// The steps of a long command, for a person.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string_view>

#include "berth/cli/progress.h"
#include "berth/cli/terminal.h"

namespace berth::cli {

// On a terminal one line that is drawn over; in a pipe a line for each step, so that a log says what was waited for.
class StepLines {
 public:
  StepLines() : terminal_(detect_terminal(STDERR_FILENO, ColourChoice::Auto)), progress_(terminal_) {}

  void step(std::string_view text) {
    if (terminal_.can_redraw) {
      progress_.step(text);
    } else {
      std::fputs(fmt::format("{}\n", text).c_str(), stderr);
    }
  }
  // What takes steps; it lives no longer than this.
  std::function<void(std::string_view)> taker() {
    return [this](std::string_view text) { step(text); };
  }
  void tick() { progress_.tick(); }
  void done() { progress_.done(); }

 private:
  Terminal terminal_;
  Progress progress_;
};

}  // namespace berth::cli
