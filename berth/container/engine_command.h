// What Docker and Podman are told: the command of a container, as data.
#pragma once

#include <signal.h>

#include <chrono>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/engine_kind.h"
#include "berth/container/engine_view.h"
#include "berth/container/launch_spec.h"

namespace berth::container {

// The name of the container of call `id`.
std::string engine_container_name(const std::string& id);

// `docker run` or `podman run`: isolated as docs/engines.md says, without a network, attached to our pipes.
// Errors: InvalidInput where a folder cannot be written in a command; Denied for an image with such a volume.
Result<std::vector<std::string>> run_command(EngineKind kind, const LaunchSpec& spec, const EngineView& view);

// Ends the container of call `id` and removes it, running or not.
std::vector<std::string> removal_command(EngineKind kind, const std::string& id);

// The signal by which an engine's program ends well, and the time that it takes at most. Podman that is killed while it
// makes or starts a container forgets what it has started: a process that waits for the start, and its groups, which no
// removal finds again. Docker's program only talks to its daemon.
constexpr int signal_to_end(EngineKind kind) { return kind == EngineKind::Podman ? SIGTERM : SIGKILL; }
inline constexpr std::chrono::seconds kEnginePatience{10};

}  // namespace berth::container
