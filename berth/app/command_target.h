// What a command's name means here: a command of the server itself, a script, or integrations with their instances.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/app/scene.h"
#include "berth/base/result.h"
#include "berth/content/content_tree.h"
#include "berth/content/item.h"
#include "berth/content/reserved_arguments.h"
#include "berth/server/built_in.h"

namespace berth::app {

struct CommandTarget {
  const server::BuiltInCommand* built_in = nullptr;
  content::Item item;    // where it is no built-in command
  std::string instance;  // of an integration; empty for a script
};

struct CommandName {
  std::string owner;  // what stood before "|||": a brand or an instance; may be empty
  std::string name;
};

// "brand|||name" taken apart, blanks around the name left out.
CommandName command_name_of(std::string_view text);

// Whom `command` means, in the order of their names: the server's own command; else the script of that name, first in
// `tree` (which may be null), then among the registered ones; else every enabled instance of every integration that has
// the command, narrowed by owner, `using` and `using-brand`.
// Errors: NotFound, beginning with "Unsupported Command", with what to do about it; InvalidInput for names that clash.
Result<std::vector<CommandTarget>> find_targets(Scene& scene, content::ContentTree* tree, const CommandName& command,
                                                const content::ReservedArguments& reserved);

}  // namespace berth::app
