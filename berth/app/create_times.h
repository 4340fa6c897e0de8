// How long the parts of making an image took.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/error.h"

namespace berth::app {

// How long the parts took, for the figures.
struct CreateTimes {
  std::chrono::milliseconds pip = {};  // all of pip's and apt's own work
  std::chrono::milliseconds packages = {};
  std::chrono::milliseconds whole = {};
};

// Since `begun`.
std::chrono::milliseconds since(std::chrono::steady_clock::time_point begun);

// Seconds since 1970 of an RFC 3339 time; 0 for what is none.
std::int64_t seconds_of(const std::string& text);

// Adds what the install script prints: "times BEGUN BETWEEN ENDED", in seconds. Other text adds nothing.
void add_times(std::string_view printed, CreateTimes& times);

// `error`, of a making that began at `begun`: where its whole time is over, with that time and the option that gives
// it.
Error with_time_limit(Error error, std::chrono::steady_clock::time_point begun, std::chrono::milliseconds limit);

}  // namespace berth::app
