// When something that failed is tried again: counted in occasions, not in time. Pure.
#pragma once

#include <algorithm>

namespace berth::app {

// After 2 occasions, then 4, and so on up to 64, as long as it fails each time.
class RetryPause {
 public:
  // Whether this occasion is one to try. Counts it.
  bool is_over() {
    if (left_ == 0) return true;
    --left_;
    return false;
  }
  void lengthen() {
    length_ = std::min(length_ * 2, kMost);
    left_ = length_;
  }
  void forget() { *this = {}; }

 private:
  static constexpr int kMost = 64;
  int length_ = 1;
  int left_ = 0;
};

}  // namespace berth::app
