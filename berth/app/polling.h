// Commands that ask to be run again until they have a result (content's ScheduledCommand).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/command_service.h"
#include "berth/base/json.h"

namespace berth::app {

struct ScheduledRun {
  std::string command;
  Json args = Json::object();
  std::chrono::seconds pause{10};
  std::chrono::seconds timeout{600};  // from the first run on
  std::string instance;               // whose command it is; empty for a script
  content::ItemKind kind = content::ItemKind::Script;
  std::string brand;  // of the integration
  std::string item;   // the name of who asked: it is run with that one's rights
};

constexpr std::chrono::seconds kShortestPause{10};

// What an entry of the answers asks for by PollingCommand, PollingArgs, NextRun and Timeout (numbers, or text of
// numbers, in seconds); the last one counts. Nothing where no entry asks, an error entry is among them, or the server's
// own commands answered: what they show was written by others, and asked for then. Pure.
std::optional<ScheduledRun> scheduled_run_of(const std::vector<CommandAnswer>& answers);

// Runs what `answers` ask for, with the rights of the item that asked, again and again, until they ask for nothing,
// their timeout has passed, or `call.interrupt` is readable. `on_pause` is told before each pause. The last answers;
// `answers` themselves where nothing was asked for. Errors: those of CommandService::run; TimedOut.
Result<std::vector<CommandAnswer>> poll(std::vector<CommandAnswer> answers, const CallRequest& call, CallService& calls,
                                        const std::function<void(const ScheduledRun& next)>& on_pause);

}  // namespace berth::app
