// How long the last calls took inside the daemon.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "berth/base/json.h"

namespace berth::http {

// From the request that has been read to the answer that is out. Keeps the last kMost.
class CallTimes {
 public:
  static constexpr std::size_t kMost = 1000;

  void add(std::uint64_t nanoseconds) {
    if (times_.size() < kMost) {
      times_.push_back(nanoseconds);
    } else {
      times_[next_] = nanoseconds;
    }
    next_ = (next_ + 1) % kMost;
  }
  std::size_t size() const { return times_.size(); }
  // That which so large a part of the calls did not exceed, in nanoseconds; 0 where there was none.
  std::uint64_t quantile(double part) const {
    if (times_.empty()) return 0;
    std::vector<std::uint64_t> sorted = times_;
    std::ranges::sort(sorted);
    const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
    return sorted[std::min(place, sorted.size() - 1)];
  }

  // For `GET /v1/pool`.
  Json json() const {
    const auto milliseconds = [&](double part) { return Json(static_cast<double>(quantile(part)) / 1e6); };
    Json json = Json::object();
    json.set("calls", std::uint64_t{size()}).set("p50_ms", milliseconds(0.5));
    return json.set("p99_ms", milliseconds(0.99));
  }

 private:
  std::vector<std::uint64_t> times_;
  std::size_t next_ = 0;
};

}  // namespace berth::http
