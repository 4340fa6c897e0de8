#include "berth/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "berth/base/utf8.h"
#include "berth/cli/styled_text.h"
#include "berth/cli/width.h"

namespace berth::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";

// One write, so that a kill cannot fall between a sequence's bytes. What cannot be shown is not worth an error.
void draw(int fd, std::string_view bytes) {
  while (::write(fd, bytes.data(), bytes.size()) < 0 && errno == EINTR) {
  }
}

// A background job that writes may be stopped for it (stty tostop), or write into the shell's line.
bool in_foreground(int fd) {
  const pid_t group = ::tcgetpgrp(fd);
  return group == -1 || group == ::getpgrp();
}

std::size_t current_width(const Terminal& terminal) {
  winsize size = {};
  return ::ioctl(terminal.fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : terminal.width;
}

}  // namespace

std::string progress_line(std::string_view text, std::size_t width, bool colour, std::string_view end) {
  constexpr std::string_view kMark = "… ";
  const std::size_t mark = display_width(kMark);
  // The last column stays free: a character there makes some terminals go to the next line, which is not erased.
  const std::size_t room = width > mark + 1 ? width - mark - 1 : 0;
  const std::size_t kept = display_width(end);
  StyledText line(kMark, {.dim = true});
  line.append(cut_to_width(to_visible(text, false), room > kept ? room - kept : 0));
  line.append(cut_to_width(end, room));
  std::string out(kEraseLine);
  line.print(out, {0, line.text().size(), 0}, colour);
  return out;
}

std::string elapsed_text(std::chrono::seconds elapsed) {
  const std::int64_t seconds = std::max<std::int64_t>(0, elapsed.count());
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{}:{:02} min", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02} h", seconds / 3600, seconds / 60 % 60);
}

void Progress::show(std::string_view end) {
  if (!terminal_.can_redraw || !in_foreground(terminal_.fd)) return;
  draw(terminal_.fd, progress_line(text_, current_width(terminal_), terminal_.colour, end));
  drawn_ = true;
}

void Progress::step(std::string_view text) {
  if (!begun_) restart();
  text_ = text;
  show("");
}

void Progress::tick() {
  if (text_.empty() || !begun_) return;
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - *begun_);
  if (elapsed.count() > 0) show(fmt::format(", {}", elapsed_text(elapsed)));
}

void Progress::done() {
  text_.clear();
  begun_.reset();
  if (!drawn_) return;
  drawn_ = false;
  if (in_foreground(terminal_.fd)) draw(terminal_.fd, kEraseLine);
}

}  // namespace berth::cli
