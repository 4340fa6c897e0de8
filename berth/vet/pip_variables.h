// What the environment of a build says to pip. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/build_commands.h"
#include "berth/vet/dockerfile.h"

namespace berth::vet {

// One variable in a build, from command to command, however pip takes its name.
class PipVariable {
 public:
  PipVariable(std::string name, const Dockerfile& dockerfile);

  // To be told of each command, in their order: `export NAME=value` holds for those behind it in the same text.
  void note(const BuildCommand& command);

  // What the command has: by a word in front of it, an export, or ENV and ARG of its stage and of those that the stage
  // is made from. Empty where that is nothing.
  std::string of(const BuildCommand& command) const;

 private:
  struct Change {
    std::size_t line = 0;
    std::string value;
  };

  std::string of_environment(const BuildCommand& command) const;

  std::string name_;
  std::vector<Change> changes_;             // by line
  std::map<std::size_t, Change> exported_;  // by group
  std::map<std::size_t, Change> assigned_;  // by group: to the shell alone
};

// Whether that value switches on what a variable of pip may.
bool is_switched_on(std::string_view value);

}  // namespace berth::vet
