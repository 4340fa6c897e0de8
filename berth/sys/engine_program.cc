#include "berth/sys/engine_program.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace berth::sys {

bool is_for_engine(std::string_view name) {
  constexpr std::array<std::string_view, 3> kBeginnings = {"DOCKER_", "CONTAINER_", "CONTAINERS_"};
  constexpr std::array<std::string_view, 4> kNames = {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR"};
  return std::ranges::find(kNames, name) != kNames.end() ||
         std::ranges::any_of(kBeginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

EngineProgram engine_program(std::string_view name) {
  EngineProgram program{std::string(name), {}};
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (is_for_engine(text.substr(0, text.find('=')))) program.environment.emplace_back(text);
  }
  return program;
}

}  // namespace berth::sys
