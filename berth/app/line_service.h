// A war-room line, carried out.
#pragma once

#include <string_view>
#include <vector>

#include "berth/app/command_service.h"
#include "berth/base/result.h"
#include "berth/content/command_line.h"

namespace berth::app {

// Puts what `${...}` in the arguments stands for into `request`: texts as they are, lists and objects typed, null as an
// empty text. Errors: those of dt::expand, with the argument.
Result<void> expand_references(CommandRequest& request, Scene& scene);

// Carries out `line`, which a person has typed: a command's answers, or for a note none, once it is kept. `call` says
// how calls run (limits, interrupt, debug).
// Errors: those of expand_references and CommandService::run; InvalidInput for a note in a playground, which keeps
// none; NotFound for a command of the server's own (`/...`) that is not there.
Result<std::vector<CommandAnswer>> carry_out(const content::CommandLine& line, const CallRequest& call,
                                             CallService& calls);

}  // namespace berth::app
