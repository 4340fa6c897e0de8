// The commands that a Dockerfile runs, out of all its forms. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/dockerfile.h"
#include "berth/vet/shell_commands.h"

namespace berth::vet {

struct BuildCommand {
  ShellCommand command;
  std::size_t line = 0;              // of its instruction
  std::size_t group = 0;             // commands of one text have the same, in their order
  std::vector<std::string> scripts;  // texts in it that a shell runs: their commands follow
  bool is_read = false;              // what it prints is read by another: `$(...)`, a pipe
};

struct BuildCommands {
  std::vector<BuildCommand> all;
  bool is_whole = true;  // whether nothing has been left out
};

// Of RUN, CMD, ENTRYPOINT and HEALTHCHECK, here-documents, `sh -c TEXT`, `su -c TEXT`, `eval TEXT`, `echo TEXT | sh`
// and their like among them; texts in $(...) are groups of their own. Variables stand there with their values where
// ARG, ENV or the text itself says them. At most 20,000, of 8 MiB.
BuildCommands commands_of(const Dockerfile& dockerfile);

// "sh", "bash"; not "python".
bool is_shell(std::string_view program);

// Whether it is a shell, or another interpreter, that takes its program from what it reads.
bool reads_program(const ShellCommand& command);

}  // namespace berth::vet
