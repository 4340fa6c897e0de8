// The command line of Docker or Podman: which program, and what it finds in its environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::sys {

struct EngineProgram {
  std::string name;                      // "docker", "podman": found on PATH
  std::vector<std::string> environment;  // "NAME=value": what of ours says where the engine is and what it is to do
};

// The program `name` as the one who started us would call it.
EngineProgram engine_program(std::string_view name);

// Whether variable `name` is for an engine: where its daemon listens, where its settings and storage are.
bool is_for_engine(std::string_view name);

}  // namespace berth::sys
