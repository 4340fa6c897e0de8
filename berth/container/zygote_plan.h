// What a zygote is told about its children, and how it itself is started: decided before anything is done.
#pragma once

#include <string>
#include <vector>

#include "berth/container/fork_plan.h"
#include "berth/container/launch_spec.h"

namespace berth::container {

// The zygote for calls like `call`. `views` is where a child sees its own cgroup.
LaunchSpec zygote_spec(const LaunchSpec& call, const std::vector<std::string>& views);

}  // namespace berth::container
