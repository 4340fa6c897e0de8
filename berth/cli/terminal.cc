#include "berth/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace berth::cli {
namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kMinWidth = 20;
constexpr std::size_t kMaxWidth = 1000;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// 0 when `text` is no number.
std::size_t columns_in(const std::optional<std::string>& text) {
  std::size_t columns = 0;
  if (!text) return 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, columns);
  return error == std::errc() && stop == end ? columns : 0;
}

std::size_t width_from(const TerminalFacts& facts) {
  std::size_t width = facts.window_columns;
  if (width == 0) width = columns_in(facts.columns);
  if (width == 0) width = kUsualWidth;
  return std::clamp(width, kMinWidth, kMaxWidth);
}

}  // namespace

Terminal terminal_from(const TerminalFacts& facts, ColourChoice choice) {
  const bool capable = facts.term && !facts.term->empty() && *facts.term != "dumb";
  const bool refused = facts.no_color && !facts.no_color->empty();
  Terminal terminal;
  terminal.is_terminal = facts.is_terminal;
  terminal.can_redraw = facts.is_terminal && capable;
  terminal.colour = choice == ColourChoice::Always || (choice == ColourChoice::Auto && terminal.can_redraw && !refused);
  terminal.width = facts.is_terminal ? width_from(facts) : 0;
  return terminal;
}

Terminal detect_terminal(int fd, ColourChoice choice) {
  TerminalFacts facts = {
      .is_terminal = ::isatty(fd) == 1,
      .term = variable("TERM"),
      .no_color = variable("NO_COLOR"),
      .columns = variable("COLUMNS"),
  };
  winsize size = {};
  if (facts.is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0) facts.window_columns = size.ws_col;
  Terminal terminal = terminal_from(facts, choice);
  terminal.fd = fd;
  return terminal;
}

}  // namespace berth::cli
