// Versions of servers as content writes them, and the range of them that an item is for. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::content {

// Up to four numbers; missing ones are 0.
struct ServerVersion {
  std::array<std::uint32_t, 4> parts = {};
  friend auto operator<=>(const ServerVersion&, const ServerVersion&) = default;
};

// Errors: InvalidInput for anything but numbers with dots between.
Result<ServerVersion> parse_server_version(std::string_view text);

// Whether `version` lies between `from` and `to`, both counted in; empty bounds are 0.0.0 and 99.99.99.
// Errors: InvalidInput for a bound that is no version, naming its key.
Result<bool> is_in_range(const ServerVersion& version, std::string_view from, std::string_view to);

}  // namespace berth::content
