// What killed processes have left on the way of images, and its removal.
#pragma once

#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/image/leftovers.h"

namespace berth::app {

// What is to become of one of them, and why.
struct LeftoverStep {
  image::Leftover leftover;
  bool goes = false;
  std::string reason;
};

// Decides: a work folder, and the container of a build, goes unless a process works in it; a blob stays for the pull
// that goes on with it, until it is forgotten or, with `all`, at once. Pure.
std::vector<LeftoverStep> plan_leftovers(std::vector<image::Leftover> found, bool all);

// Plans, and removes what goes but for a dry run. What cannot be removed does not go, with the reason.
std::vector<LeftoverStep> prune_leftovers(const Settings& settings, bool all, bool dry_run);

}  // namespace berth::app
