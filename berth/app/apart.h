// Work that is done in processes of its own, several at once.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "berth/base/result.h"

namespace berth::app {

// Calls `work` with 0 to `count` - 1, each in a process forked from this one, and gives what each returned. At most
// kMostApart run at a time. A process dies with this one. One that ends without returning gives an error, and the
// others go on. For a process with one thread.
constexpr std::size_t kMostApart = 8;
std::vector<Result<std::string>> run_apart(std::size_t count, const std::function<std::string(std::size_t)>& work);

}  // namespace berth::app
