// When a process is to be killed that was to end by itself.
#pragma once

#include <chrono>
#include <optional>

namespace berth::http {

class KillTime {
 public:
  using Clock = std::chrono::steady_clock;

  // After a kill: one that the kernel does not let go of is not asked for all the time.
  static constexpr std::chrono::seconds kAgain{1};

  void set(std::chrono::milliseconds time) { at_ = Clock::now() + time; }
  void reset() { at_.reset(); }
  std::optional<Clock::time_point> at() const { return at_; }

  // Whether it has come. It comes again after kAgain.
  bool is_due() {
    if (!at_ || Clock::now() < *at_) return false;
    set(kAgain);
    return true;
  }

 private:
  std::optional<Clock::time_point> at_;
};

}  // namespace berth::http
