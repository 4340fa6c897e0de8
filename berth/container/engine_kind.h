// Who makes the containers of calls.
#pragma once

#include <array>
#include <string_view>

#include "berth/base/result.h"

namespace berth::container {

enum class EngineKind {
  Native,  // Berth itself
  Docker,  // Docker Engine, over the command `docker`
  Podman,  // likewise `podman`
};

inline constexpr std::array<std::string_view, 3> kEngineNames = {"native", "docker", "podman"};

// The name in settings and answers, which is that of the program, too.
constexpr std::string_view name_of(EngineKind kind) { return kEngineNames[static_cast<std::size_t>(kind)]; }

// Errors: InvalidInput, with those that there are.
Result<EngineKind> parse_engine(std::string_view name);

}  // namespace berth::container
