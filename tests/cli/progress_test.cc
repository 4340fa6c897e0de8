#include "berth/cli/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "berth/base/unique_fd.h"

namespace berth::cli {
namespace {

// What can be read from `fd` now.
std::string read_ready(int fd) {
  std::string bytes;
  pollfd ready = {.fd = fd, .events = POLLIN, .revents = 0};
  char chunk[256];
  while (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
    const ssize_t size = ::read(fd, chunk, sizeof(chunk));
    if (size <= 0) break;
    bytes.append(chunk, static_cast<std::size_t>(size));
  }
  return bytes;
}

TEST(ProgressLine, IsCutToTheWidth) {
  EXPECT_EQ(progress_line("make image", 80, false), "\r\x1b[K… make image");
  EXPECT_EQ(progress_line("make image", 10, false), "\r\x1b[K… make i…");
  EXPECT_EQ(progress_line("x\n\x1b[2J", 80, false), "\r\x1b[K… x\\x0a\\x1b[2J");
  EXPECT_EQ(progress_line("x", 2, false), "\r\x1b[K… ");
  EXPECT_EQ(progress_line("make image", 80, false, ", 5 s"), "\r\x1b[K… make image, 5 s");
  EXPECT_EQ(progress_line("make image", 14, false, ", 5 s"), "\r\x1b[K… make …, 5 s");
}

TEST(ElapsedText, IsShort) {
  EXPECT_EQ(elapsed_text(std::chrono::seconds(-1)), "0 s");
  EXPECT_EQ(elapsed_text(std::chrono::seconds(59)), "59 s");
  EXPECT_EQ(elapsed_text(std::chrono::seconds(125)), "2:05 min");
  EXPECT_EQ(elapsed_text(std::chrono::seconds(3661)), "1:01 h");
}

TEST(Progress, WritesNothingToAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  {
    Progress progress(detect_terminal(write_end.get(), ColourChoice::Always));
    progress.step("one");
  }
  EXPECT_EQ(read_ready(read_end.get()), "");
}

TEST(Progress, DrawsOnATerminalAndErasesItself) {
  const UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master) GTEST_SKIP() << "no pseudo terminals here";
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const UniqueFd slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) GTEST_SKIP() << "no pseudo terminals here";
  winsize size = {.ws_row = 24, .ws_col = 12, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(slave.get(), TIOCSWINSZ, &size), 0);

  Progress progress({.fd = slave.get(), .is_terminal = true, .can_redraw = true, .width = 80});
  progress.step("one");
  EXPECT_EQ(read_ready(master.get()), "\r\x1b[K… one");
  progress.step("a longer second");
  EXPECT_EQ(read_ready(master.get()), "\r\x1b[K… a longer…") << "cut to the window, not to the first width";
  progress.done();
  EXPECT_EQ(read_ready(master.get()), "\r\x1b[K");
  progress.done();
  EXPECT_EQ(read_ready(master.get()), "");
}

}  // namespace
}  // namespace berth::cli
