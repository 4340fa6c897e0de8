// The commands that a Dockerfile runs, out of all its forms. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "berth/vet/dockerfile.h"
#include "berth/vet/shell_commands.h"

namespace berth::vet {

struct BuildCommand {
  ShellCommand command;
  std::size_t line = 0;   // of its instruction
  std::size_t group = 0;  // commands of one text have the same, in their order
};

// Of RUN, CMD, ENTRYPOINT and HEALTHCHECK, here-documents and `sh -c TEXT` among them; texts in $(...) are groups of
// their own. At most 20,000.
std::vector<BuildCommand> commands_of(const Dockerfile& dockerfile);

}  // namespace berth::vet
