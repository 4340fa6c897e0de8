// The limits that every process of a script has for itself (setrlimit(2)), beside those of its cgroup.
#pragma once

#include <sys/resource.h>

#include <vector>

#include "berth/container/limits.h"

namespace berth::container {

struct ResourceLimit {
  __rlimit_resource resource;
  rlim_t soft;
  rlim_t hard;
  const char* name;  // as in RLIMIT_NAME
};

// Of a process within `bounds`. Pure.
std::vector<ResourceLimit> resource_limits(const ProcessBounds& bounds);

}  // namespace berth::container
