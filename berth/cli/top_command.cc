#include "berth/cli/top_command.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "berth/cli/call_memory.h"
#include "berth/cli/daemon_question.h"
#include "berth/cli/interrupts.h"
#include "berth/cli/pool_view.h"
#include "berth/cli/process_times.h"
#include "berth/cli/raw_terminal.h"
#include "berth/cli/state_options.h"
#include "berth/cli/terminal.h"

namespace berth::cli {
namespace {

constexpr int kPauseMilliseconds = 1000;
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kEraseLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";
constexpr std::string_view kOtherScreen = "\x1b[?1049h\x1b[?25l";  // and no cursor
constexpr std::string_view kFirstScreen = "\x1b[?25h\x1b[?1049l";

void put_now(const std::string& text) {
  put_text(text);
  std::fflush(stdout);
}

// What is shown at one moment.
class View {
 public:
  explicit View(const Surroundings& surroundings) : surroundings_(surroundings) {}

  Result<std::string> draw(const Page& page) {
    BERTH_TRY(const Json pool, ask_daemon(surroundings_, "GET", "/v1/pool"));
    BERTH_TRY(const Json calls, ask_daemon(surroundings_, "GET", "/v1/calls"));
    const auto cpu = times_.shares_since_last_time();
    const auto memory = memory_of_calls(processes_in(calls));
    std::string text = pool_summary(pool) + "\n";
    const auto now = std::chrono::system_clock::now();
    for (const Table& table :
         {call_table(calls, cpu, memory, now), worker_table(pool), zygote_table(pool), shared_table(pool)}) {
      if (!table.rows.empty()) text += "\n" + render_table(table, page);
    }
    return text;
  }

 private:
  const Surroundings& surroundings_;
  ProcessTimes times_;
};

// As many lines as there is room for, each over what stood there.
std::string screen_of(std::string_view text, std::size_t lines) {
  std::string screen(kHome);
  for (std::size_t i = 0; i + 1 < std::max<std::size_t>(lines, 2) && !text.empty(); ++i) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    screen.append(text.substr(0, end)).append(kEraseLine).append("\r\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return screen.append(kEraseBelow);
}

// True once the user wants an end: q, or Ctrl-C, which a raw terminal gives as a key.
Result<bool> wait_for_end(int interrupt) {
  std::array<pollfd, 2> polled = {pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{interrupt, POLLIN, 0}};
  ::poll(polled.data(), polled.size(), kPauseMilliseconds);
  if (polled[1].revents != 0) return true;
  if (polled[0].revents == 0) return false;
  std::array<char, 64> keys = {};
  const ssize_t got = ::read(STDIN_FILENO, keys.data(), keys.size());
  constexpr char kControlC = 3;
  return got <= 0 ||
         std::any_of(keys.begin(), keys.begin() + got, [](char key) { return key == 'q' || key == kControlC; });
}

Result<void> show_live(View& view) {
  BERTH_TRY(const UniqueFd interrupts, watch_interrupts());
  // The first one tells errors where they can be read.
  BERTH_TRY(std::string text, view.draw(detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page()));
  BERTH_TRY(const RawTerminal raw, RawTerminal::take(STDIN_FILENO));
  put_now(std::string(kOtherScreen));
  Result<void> shown;
  for (bool ends = false; !ends;) {
    put_now(screen_of(text, window_size(STDOUT_FILENO).ws_row));
    const auto waited = wait_for_end(interrupts.get());
    ends = !waited || *waited;
    if (ends) break;
    auto next = view.draw(detect_terminal(STDOUT_FILENO, ColourChoice::Auto).page());
    if (!next) {
      shown = std::unexpected(std::move(next).error());
      break;
    }
    text = *std::move(next);
  }
  put_now(std::string(kFirstScreen));
  return shown;
}

int top_command(const Surroundings& surroundings) {
  View view(surroundings);
  const Terminal terminal = detect_terminal(STDOUT_FILENO, ColourChoice::Auto);
  if (terminal.can_redraw && ::isatty(STDIN_FILENO) == 1) {
    const auto shown = show_live(view);
    return shown ? 0 : complain(shown.error());
  }
  const auto text = view.draw(terminal.page());
  if (!text) return complain(text.error());
  put_text(*text);
  return 0;
}

}  // namespace

void add_top(CLI::App& program, Choice& choice) {
  CLI::App& top = *program.add_subcommand("top", "what the daemon does, drawn anew each second; q ends it");
  top.callback([&choice] { choice.run = top_command; });
}

}  // namespace berth::cli
