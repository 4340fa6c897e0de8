// Variables and settings of a build that steer what installs and what checks. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/build_sight.h"

namespace berth::vet {

// What a variable, or a setting of the same meaning, does.
enum class Steers {
  SecondIndex,
  OtherIndex,
  PipIndex,    // which is followed where it is known
  Unfollowed,  // lists, configurations
  Trusting,    // any value leaves a check out
  Checking,    // a value that says no leaves a check out
  Refusing,    // a value that does not say no leaves a check out
};

// A variable that is set somewhere, or a setting of a program.
struct Set {
  std::size_t line;
  std::string name;
  std::string value;  // "$" where only the build knows
  Steers steers;
};

// By ARG, ENV, in front of a command, by `export` and `pip config set`, in the order of ARG and ENV, then of commands.
std::vector<Set> settings_of(const Build& build);

// Whether pip takes the variable `name` for `wanted`: in any case, `-` like `_`.
bool is_variable_of_pip(std::string_view name, std::string_view wanted);

}  // namespace berth::vet
