#include "berth/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

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

std::string progress_line(std::string_view text, std::size_t width, bool colour) {
  constexpr std::string_view kMark = "… ";
  const std::size_t mark = display_width(kMark);
  // The last column stays free: a character there makes some terminals go to the next line, which is not erased.
  const std::size_t room = width > mark + 1 ? width - mark - 1 : 0;
  StyledText line(kMark, {.dim = true});
  line.append(cut_to_width(to_visible(text, false), room));
  std::string out(kEraseLine);
  line.print(out, {0, line.text().size(), 0}, colour);
  return out;
}

void Progress::step(std::string_view text) {
  if (!terminal_.can_redraw || !in_foreground(terminal_.fd)) return;
  draw(terminal_.fd, progress_line(text, current_width(terminal_), terminal_.colour));
  drawn_ = true;
}

void Progress::done() {
  if (!drawn_) return;
  drawn_ = false;
  if (in_foreground(terminal_.fd)) draw(terminal_.fd, kEraseLine);
}

}  // namespace berth::cli
