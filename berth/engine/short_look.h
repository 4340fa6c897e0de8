// Waiting for what is about to come without going to sleep: to be woken takes longer than most of what a short script
// does. Used on the hot path of a warm call (session.cc).
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <span>

namespace berth::engine {

// Looks at descriptors for a moment, giving way between two looks. Where giving way takes long, others have work for
// the processor, who would be served later for it and so would we: then it does not look for a while, twice as long
// each time.
class ShortLook {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::microseconds kLook{150};     // at most, for one thing to come
  static constexpr std::chrono::microseconds kLongTurn{15};  // giving way to nobody takes less than one
  static constexpr std::chrono::milliseconds kFirstRest{20};
  static constexpr std::chrono::milliseconds kLongestRest{2'000};

  // Whether one of `polled` is ready now; `revents` are set as by poll(2).
  bool finds(std::span<pollfd> polled);

  // As above with others' means: `is_ready()`, `give_way()`, and the time. For tests, and what the above is made of.
  template <class IsReady, class GiveWay, class Now>
  bool finds(const IsReady& is_ready, const GiveWay& give_way, const Now& now) {
    const auto begun = now();
    if (begun < rests_until_) return false;
    for (auto turn = begun; turn - begun < kLook;) {
      if (is_ready()) return true;
      give_way();
      const auto end = now();
      if (end - turn > kLongTurn) {
        rests_until_ = end + rest_;
        rest_ = std::min(2 * rest_, kLongestRest);
        return is_ready();
      }
      turn = end;
    }
    rest_ = kFirstRest;
    return is_ready();
  }

 private:
  Clock::time_point rests_until_{};
  std::chrono::milliseconds rest_ = kFirstRest;
};

}  // namespace berth::engine
