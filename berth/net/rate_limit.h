// How much of something may happen in a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::net {

// A bucket that holds `burst` tokens and gets `amount` new ones each `period_ns`. Times are of CLOCK_MONOTONIC.
class TokenBucket {
 public:
  TokenBucket(std::uint32_t amount, std::int64_t period_ns, std::uint32_t burst)
      : amount_(amount), period_ns_(period_ns), full_(std::int64_t{burst} * period_ns), level_(full_) {}

  // Takes `tokens`, or nothing when there are fewer.
  bool take(std::int64_t now_ns, std::uint32_t tokens) {
    fill(now_ns);
    const std::int64_t price = std::int64_t{tokens} * period_ns_;
    if (level_ < price) return false;
    level_ -= price;
    return true;
  }

  // How long until one token is there; 0 when there is.
  std::int64_t wait_ns(std::int64_t now_ns) {
    fill(now_ns);
    return level_ >= period_ns_ ? 0 : (period_ns_ - level_ + amount_ - 1) / amount_;
  }

 private:
  void fill(std::int64_t now_ns) {
    // No longer than it takes to fill up, so that the product stays small.
    const std::int64_t elapsed = std::clamp<std::int64_t>(now_ns - filled_at_ns_, 0, full_ / amount_ + 1);
    filled_at_ns_ = std::max(now_ns, filled_at_ns_);
    level_ = std::min(level_ + elapsed * amount_, full_);
  }

  std::int64_t amount_;  // at least 1
  std::int64_t period_ns_;
  std::int64_t full_;  // tokens times period_ns_, as is level_
  std::int64_t level_;
  std::int64_t filled_at_ns_ = 0;
};

// The names that were asked for lately: asking again tells nobody anything new. Bounded: an old name gives way to a
// new one of the same place.
class RecentNames {
 public:
  bool contains(std::string_view name) const { return names_[place_of(name)] == name; }
  void add(std::string_view name) { names_[place_of(name)] = name; }

 private:
  static std::size_t place_of(std::string_view name) { return std::hash<std::string_view>()(name) % kPlaces; }

  static constexpr std::size_t kPlaces = 4096;
  std::vector<std::string> names_ = std::vector<std::string>(kPlaces);
};

}  // namespace berth::net
