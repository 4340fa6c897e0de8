// The variables of a Dockerfile, ARG and ENV, as its lines set them. Pure.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/vet/dockerfile.h"
#include "berth/vet/shell_variables.h"

namespace berth::vet {

// Names and values of ARG and ENV as they stand there: `A=b C="d e"`, and ENV's old form `A b c`. Of other instructions
// none.
std::vector<std::pair<std::string, std::string>> variables_of(const BuildInstruction& instruction);

// The words of an instruction that is no command, in its JSON form, too.
std::vector<std::string> words_of(const BuildInstruction& instruction);

// Follows the lines from the first on: what holds where.
class BuildVariables {
 public:
  const ShellVariables& here() const { return here_; }
  // For FROM, which only has the arguments in front of all stages.
  const ShellVariables& for_bases() const { return global_; }
  // Whether a stage above is called that, by name or number.
  bool is_stage(std::string_view name) const;

  // As variables_of, in front of that line's passing, with the values that they get: those that hold before the line
  // count in all of it. "$" where only the build knows.
  std::vector<std::pair<std::string, std::string>> values_of(const BuildInstruction& one) const;

  void pass(const BuildInstruction& one);

 private:
  struct Stage {
    ShellVariables values;
    std::set<std::string, std::less<>> by_env;
  };

  void begin_stage(const BuildInstruction& from);
  void set(const BuildInstruction& one);

  ShellVariables global_;
  ShellVariables here_;
  std::set<std::string, std::less<>> by_env_;  // which no argument changes
  std::string stage_;                          // in lower case; empty in front of the first
  std::size_t stages_ = 0;
  std::map<std::string, std::shared_ptr<const Stage>, std::less<>> ended_;  // by name and by number: what it left
};

}  // namespace berth::vet
