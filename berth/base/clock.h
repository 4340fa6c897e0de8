// The time that only goes forward.
#pragma once

#include <time.h>

#include <cstdint>

namespace berth {

// Nanoseconds on CLOCK_MONOTONIC, which all processes of the machine share, containers included.
inline std::int64_t monotonic_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace berth
