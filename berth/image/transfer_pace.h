// Whether a transfer over HTTP still gets on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace berth::image {

// Waiting for an answer is not being slow: a registry puts a large blob together first, and a cache fetches it. What
// has begun to come or to go, though, must not nearly stop.
class TransferPace {
 public:
  using Clock = std::chrono::steady_clock;

  struct Progress {
    std::uint64_t sent_bytes = 0;
    std::uint64_t to_send_bytes = 0;
    std::uint64_t received_bytes = 0;  // of the body
  };

  // Takes how far the transfer is, and says in words what is wrong with it; empty: nothing.
  std::string problem(const Progress& progress, Clock::time_point now);

 private:
  void begin(std::uint64_t moved_bytes, bool waits, Clock::time_point now);

  std::optional<Clock::time_point> began_;  // of the stretch that is looked at
  std::uint64_t moved_before_ = 0;
  bool waits_ = false;
};

}  // namespace berth::image
