// Points in time as content writes them.
#pragma once

#include <optional>
#include <string_view>

#include "berth/store/time.h"

namespace berth::server {

// ISO 8601: a date, or a date and a time with seconds and fractions as far as they are given, `Z` or an offset behind
// them. Without either it is in UTC. Empty for all else.
std::optional<store::Time> parse_moment(std::string_view text);

}  // namespace berth::server
