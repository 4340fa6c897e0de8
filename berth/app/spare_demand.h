// How many children of a zygote are to wait for calls: by demand. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace berth::app {

// One, and one more each time that a call finds none ready, up to a bound; fewer, in the end, by those that no call has
// needed for long.
class SpareDemand {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `most`, from 1, is the bound.
  SpareDemand(std::size_t most, Time now) : most_(std::max<std::size_t>(most, 1)), since_(now) {}

  std::size_t wanted() const { return wanted_; }

  // A call has found one ready, and has left so many.
  void found(std::size_t left) { fewest_ = std::min(fewest_, left); }
  // A call had to wait.
  void missed() {
    wanted_ = std::min(wanted_ + 1, most_);
    fewest_ = 0;
  }
  // No more than these can be had now, though more are wanted.
  void settle_for(std::size_t few) { wanted_ = std::clamp<std::size_t>(few, 1, wanted_); }

  // Whether it has been so long since the last review.
  bool is_due(Time then) const { return wanted_ > 1 && since_ < then; }
  // Those that were always left since the last one are too many.
  void review(Time now) {
    settle_for(wanted_ - std::min(fewest_, wanted_));
    fewest_ = wanted_;
    since_ = now;
  }

 private:
  std::size_t most_;
  std::size_t wanted_ = 1;
  std::size_t fewest_ = 0;  // that a call has left since the last review
  Time since_;
};

}  // namespace berth::app
