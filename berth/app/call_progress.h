// How far a call is, for who watches from outside whether the process that sees to it hangs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace berth::app {

struct CallProgress {
  std::optional<std::chrono::steady_clock::time_point> until;  // when the script must have begun, or ended once it has
  bool has_begun = false;
  pid_t process = 0;  // of its container, once it has begun; 0 where the engine keeps that to itself
};

}  // namespace berth::app
