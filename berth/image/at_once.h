// The same work for many things, by a few threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace berth::image {

// Calls `act(i)` for each i below `count`, by at most `threads` threads, and comes back when all are done. What the
// calls share is for `act` to guard. No sys::Child may be started meanwhile; sys::run_tool may.
template <class Act>
void at_once(std::size_t count, std::size_t threads, Act&& act) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) act(i);
  };
  std::vector<std::jthread> workers;
  for (std::size_t i = 1; i < std::min(threads, count); ++i) workers.emplace_back(work);
  work();
}

}  // namespace berth::image
