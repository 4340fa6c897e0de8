// The server's own lines, `/name argument=value`: what a person may ask of the server, and no script.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "berth/app/command_service.h"
#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/command_line.h"

namespace berth::app {

// What a command is given beside its arguments.
struct SystemMeans {
  const Settings& settings;
  int interrupt = -1;                                    // readable once it is to end
  const std::function<void(std::string_view)>& on_step;  // of a long one: what begins now; may be empty
};

struct SystemCommand {
  std::string_view name;  // as it stands behind the `/`
  std::string_view description;
  std::vector<std::string_view> arguments;  // all that it takes; a bare value is none of them
  // The entry that it answers with. Errors: those of what it does.
  Result<Json> (*run)(const Json& arguments, const SystemMeans& means);
};

// Null when there is none of that name.
const SystemCommand* find_system_command(std::string_view name);

// Carries out a line of kind System and posts its entry; of `call`, what stops it and who is told of its steps.
// Errors: Unavailable for a name that is none, with the nearest; InvalidInput for arguments that it does not take.
// What the command itself cannot do is an error entry of the answer.
Result<CommandAnswer> run_system_command(const content::CommandLine& line, const CallRequest& call, CallService& calls);

}  // namespace berth::app
