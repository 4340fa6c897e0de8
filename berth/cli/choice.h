// What the command line chose to do.
#pragma once

#include <functional>
#include <optional>

#include "berth/cli/commands.h"

namespace berth::cli {

// Filled by the parser: every command declares its options, and a callback that puts its own action here. Options live
// as long as the action, which owns them.
struct Choice {
  std::function<int(const Surroundings&)> run;
  bool makes_mounts = false;  // it does, or reads what another did: an ordinary user needs a namespace for it
  bool diagnoses = false;     // `doctor`, which does without valid settings
  // Tried before `run`, where it is there: the daemon may do it. Nothing: it does not.
  std::function<std::optional<int>(const Surroundings&)> by_daemon;
};

}  // namespace berth::cli
