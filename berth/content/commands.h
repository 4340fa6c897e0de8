// The commands of an integration: those that it declares, and those that its flags imply.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::content {

// The names of the commands that the flags imply, `test-module` first.
std::vector<std::string> implied_commands(const IntegrationFlags& flags);

// The names of all commands that can be called, declared ones first, then `test-module` and those of the flags.
std::vector<std::string> command_names(const Item& integration);

// What `item` declares of arguments: an integration for its command `name`, a script, or whoever has no such command,
// for itself.
const std::vector<Argument>& arguments_of(const Item& item, std::string_view name);

// The command `name`; one that a flag implies declares no argument. `any` says whether it takes any argument: those
// that servers call by themselves do.
struct FoundCommand {
  Command command;
  bool any_argument = false;
};
// Errors: InvalidInput when `item` is a script, or has no such command (with the nearest name).
Result<FoundCommand> find_command(const Item& item, std::string_view name);

}  // namespace berth::content
