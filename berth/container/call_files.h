// What one call can write to, and the fixed things that every call finds.
#pragma once

#include <cstdint>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/launch_spec.h"

namespace berth::container {

// The one place that a call can write to: a tmpfs with the bounds of `spec.limits`, in memory that counts as the
// container's. Its folders `tmp`, `vartmp`, `shm`, `home` and `work` appear where their names say. The host keeps a
// descriptor, so that it can read the work folder after the call without entering the container.
// Errors: Exhausted when the handed-in files do not fit; NotFound for one that is not there.
Result<UniqueFd> make_scratch(const LaunchSpec& spec, std::uint32_t first_id);

// What stands in every container, read-only: `dev` with its six devices and the usual links, `run` with the fixed
// files, `sys` with the places of the cgroup folders, and an empty file and folder to cover what must not be seen.
Result<UniqueFd> make_furniture(const LaunchSpec& spec);

}  // namespace berth::container
