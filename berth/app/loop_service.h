// A loop in a container, connected to whoever speaks its protocol.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/container.h"

namespace berth::app {

struct LoopRequest {
  std::string image;
  std::optional<std::string> foreign_loop;  // its text; none: Berth's own
  container::Limits limits;
  std::optional<std::chrono::milliseconds> wall_time;  // none: as long as the other side speaks
  int in = 0;                                          // frames from outside
  int out = 1;                                         // frames to outside
  int err = 2;                                         // what the loop writes to standard error
  int interrupt = -1;
};

struct LoopEnd {
  std::string id;             // of the container
  std::optional<int> status;  // wait status of the interpreter
  bool timed_out = false;
  bool interrupted = false;
  container::ContainerEnd end;
};

// Runs the loop until it ends by itself, as it does at the end of `in`.
// Errors: as those of a call that does not start.
Result<LoopEnd> run_loop(const LoopRequest& request, const Settings& settings, const container::Guards& guards);

}  // namespace berth::app
