// The commands that the server itself answers: `Set`, `getList`, `createNewIncident` and their kin.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/script.h"
#include "berth/server/caller.h"
#include "berth/server/command_arguments.h"
#include "berth/server/investigation.h"
#include "berth/server/state.h"

namespace berth::server {

// What a command works on.
struct CommandScene {
  Investigation& investigation;
  State& state;
  dt::Script& script;
  const Caller& caller;
};

struct BuiltInCommand {
  std::string_view name;
  std::string_view description;
  std::string_view bare_argument;  // what a value without a name is taken for; empty: none
  // The entries that it answers with. Errors: InvalidInput, NotFound, Denied; a script gets them as an error entry.
  Result<std::vector<Json>> (*run)(const CommandArguments& arguments, const CommandScene& scene);
};

// Null when there is none of that name, which is compared without regard to case, as content expects.
const BuiltInCommand* find_built_in(std::string_view name);

// All of them, by groups.
std::vector<std::span<const BuiltInCommand>> built_in_commands();

}  // namespace berth::server
