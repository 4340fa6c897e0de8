// How much of something may happen in a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::net {

// A bucket that holds `burst` tokens and gets `amount` new ones, at least 1, each `period`. Times are nanoseconds of
// CLOCK_MONOTONIC; inside they are microseconds, so that tokens times period stay far below what 64 bits hold.
class TokenBucket {
 public:
  TokenBucket(std::uint32_t amount, std::chrono::microseconds period, std::uint32_t burst)
      : amount_(std::max(amount, 1u)), token_(period.count()), full_(burst * token_), level_(full_) {}

  // Takes `tokens`, or nothing when there are fewer.
  bool take(std::int64_t now_ns, std::uint32_t tokens) {
    fill(now_ns);
    const std::int64_t price = tokens * token_;
    if (level_ < price) return false;
    level_ -= price;
    return true;
  }

  // How long until one token is there; 0 when there is.
  std::int64_t wait_ns(std::int64_t now_ns) {
    fill(now_ns);
    return level_ >= token_ ? 0 : (token_ - level_ + amount_ - 1) / amount_ * 1'000;
  }

 private:
  void fill(std::int64_t now_ns) {
    const std::int64_t now_us = now_ns / 1'000;
    // No longer than it takes to fill up, so that the product stays small.
    const std::int64_t elapsed_us = std::clamp<std::int64_t>(now_us - filled_at_us_, 0, full_ / amount_ + 1);
    filled_at_us_ = std::max(now_us, filled_at_us_);
    level_ = std::min(level_ + elapsed_us * amount_, full_);
  }

  std::int64_t amount_;
  std::int64_t token_;  // what one is worth: in each microsecond `amount_` is added
  std::int64_t full_;
  std::int64_t level_;
  std::int64_t filled_at_us_ = 0;
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
