// How long the parts of making an image took.
#pragma once

#include <chrono>
#include <string_view>

namespace berth::app {

// How long the parts took, for the figures.
struct CreateTimes {
  std::chrono::milliseconds pip = {};  // all of pip's and apt's own work
  std::chrono::milliseconds packages = {};
  std::chrono::milliseconds whole = {};
};

// Adds what the install script prints: "times BEGUN BETWEEN ENDED", in seconds. Other text adds nothing.
void add_times(std::string_view printed, CreateTimes& times);

}  // namespace berth::app
