#include "berth/cli/visit_relay.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

#include "berth/cli/raw_terminal.h"
#include "berth/sys/pipe.h"
#include "berth/sys/pump.h"
#include "berth/sys/syscall.h"

namespace berth::cli {
namespace {

class Relay {
 public:
  Relay(container::Visit& visit, int signals) : visit_(visit), signals_(signals) {}

  Result<void> run() {
    for (bool goes_on = true; goes_on;) {
      BERTH_TRY(goes_on, step());
    }
    return {};
  }

 private:
  static int when(bool wanted, int fd) { return wanted ? fd : -1; }
  bool on_terminal() const { return static_cast<bool>(visit_.terminal()); }
  UniqueFd& near_in() { return on_terminal() ? visit_.terminal() : visit_.in(); }
  UniqueFd& near_out() { return on_terminal() ? visit_.terminal() : visit_.out(); }

  // What a pipe held when the program ended is passed on in fewer rounds; somebody else may go on writing to it.
  static constexpr int kMostRoundsAfterTheEnd = 256;

  bool has_output() const { return out_.wants_output() || err_.wants_output(); }

  // False once the program has ended and there was nothing left to pass on.
  Result<bool> step() {
    std::array<pollfd, 8> polled = {
        pollfd{when(in_.wants_input(), STDIN_FILENO), POLLIN, 0},
        pollfd{when(in_.wants_output(), near_in().get()), POLLOUT, 0},
        pollfd{when(out_.wants_input(), near_out().get()), POLLIN, 0},
        pollfd{when(out_.wants_output(), STDOUT_FILENO), POLLOUT, 0},
        pollfd{when(err_.wants_input(), visit_.err().get()), POLLIN, 0},
        pollfd{when(err_.wants_output(), STDERR_FILENO), POLLOUT, 0},
        pollfd{signals_, POLLIN, 0},
        pollfd{when(rounds_after_the_end_ == 0, visit_.ended()), POLLIN, 0},
    };
    const int wait = rounds_after_the_end_ > 0 && !has_output() ? 0 : -1;
    BERTH_CHECK_OK(sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the program"));
    bool moved = false;
    const auto on = [&](std::size_t at, auto&& act) -> Result<void> {
      if (polled[at].revents == 0) return {};
      moved = moved || at > 1;  // what is typed to nobody holds nothing up
      return act();
    };
    BERTH_CHECK_OK(on(0, [&] { return in_.read(STDIN_FILENO); }));
    BERTH_CHECK_OK(on(1, [&] { return in_.write(near_in().get()); }));
    BERTH_CHECK_OK(on(2, [&] { return out_.read(near_out().get()); }));
    BERTH_CHECK_OK(on(3, [&] { return out_.write(STDOUT_FILENO); }));
    BERTH_CHECK_OK(on(4, [&] { return err_.read(visit_.err().get()); }));
    BERTH_CHECK_OK(on(5, [&] { return err_.write(STDERR_FILENO); }));
    if (polled[6].revents != 0) hand_on_signal();
    if (in_.is_done()) end_of_input();
    // One more round after the end: it may have written something just before.
    if (polled[7].revents == 0 && rounds_after_the_end_ == 0) return true;
    const bool first = rounds_after_the_end_++ == 0;
    return (first || moved || has_output()) && rounds_after_the_end_ < kMostRoundsAfterTheEnd;
  }

  void hand_on_signal() {
    signalfd_siginfo signal = {};
    if (::read(signals_, &signal, sizeof(signal)) != sizeof(signal)) return;
    const int number = static_cast<int>(signal.ssi_signo);
    if (number != SIGWINCH) return visit_.signal(number);
    const winsize size = window_size(STDIN_FILENO);
    if (on_terminal()) ::ioctl(visit_.terminal().get(), TIOCSWINSZ, &size);
  }

  void end_of_input() {
    if (!on_terminal()) return visit_.in().reset();
    // A terminal that has gone, not a file that has ended.
    if (!hung_up_) visit_.signal(SIGHUP);
    hung_up_ = true;
  }

  container::Visit& visit_;
  int signals_;
  sys::Pump in_;
  sys::Pump out_;
  sys::Pump err_;
  bool hung_up_ = false;
  int rounds_after_the_end_ = 0;
};

}  // namespace

Result<void> relay(container::Visit& visit, int signals) {
  UniqueFd& in = visit.terminal() ? visit.terminal() : visit.in();
  BERTH_CHECK_OK(sys::set_nonblocking(in.get(), "the program's input"));
  return Relay(visit, signals).run();
}

}  // namespace berth::cli
