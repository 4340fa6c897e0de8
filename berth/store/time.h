// Points in time as the database keeps them.
#pragma once

#include <chrono>

namespace berth::store {

// UTC, in milliseconds: as exact as content's own timestamps.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

inline Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace berth::store
