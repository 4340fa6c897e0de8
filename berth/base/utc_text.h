// Moments as text, and from text. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace berth {

// To the second, in UTC, as RFC 3339 writes it: 2026-11-26T15:30:42Z.
std::string utc_text(std::chrono::system_clock::time_point time);

// RFC 3339 in UTC, as others write it: 2026-11-26T15:30:42Z, with a fraction or without, or the date alone (its
// beginning), of the years 1900 to 2200. Nothing for anything else.
std::optional<std::chrono::system_clock::time_point> parse_utc(std::string_view text);

}  // namespace berth
