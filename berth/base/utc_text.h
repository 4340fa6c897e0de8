// Moments as text.
#pragma once

#include <chrono>
#include <string>

namespace berth {

// To the second, in UTC, as RFC 3339 writes it: 2026-11-26T15:30:42Z.
std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace berth
