// What one call can write to, and the fixed things that every call finds.
#pragma once

#include <array>
#include <cstdint>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/ground.h"
#include "berth/container/launch_spec.h"

namespace berth::container {

// The one place that a call can write to: a tmpfs with the bounds of `spec.limits`, in memory that counts as the
// container's. Its folders `tmp`, `vartmp`, `shm`, `home` and `work` appear where their names say. The host keeps a
// descriptor, so that it can read the work folder after the call without entering the container.
// Errors: Exhausted when the handed-in files do not fit; NotFound for one that is not there.
Result<UniqueFd> make_scratch(const LaunchSpec& spec, const ContainerIds& ids);

// What stands in every container, read-only: `dev` with its six devices and the usual links, `run` with a place for the
// fixed files, `sys` with the places of the cgroup folders, and an empty file and folder to cover what must not be
// seen.
//
// Without `device_nodes`, which only root of the machine can make, there are empty files in their places, for the
// host's own devices to be shown on.
Result<UniqueFd> make_furniture(const LaunchSpec& spec, bool device_nodes);

// Puts `spec.fixed` where the container's /run/berth is or will be. It is read-only there, and here it is not.
Result<void> put_fixed_files(const LaunchSpec& spec, int furniture);

// Puts `hosts` and `resolv.conf`, the files about names of a container with a network, into folder `root`.
Result<void> put_name_files(int root);

// The devices of every container, below `dev`.
constexpr std::array<const char*, 6> kDeviceNames = {"null", "zero", "full", "random", "urandom", "tty"};

}  // namespace berth::container
