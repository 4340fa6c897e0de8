// Runs a command by its name: the server's own, a script, or an integration's command by each of its instances.
#pragma once

#include <string>
#include <vector>

#include "berth/app/call_service.h"
#include "berth/app/command_target.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"

namespace berth::app {

struct CommandRequest {
  CommandName command;
  std::vector<content::Assignment> arguments;
  Json typed_arguments = Json::object();  // values of a script's call that are no text; they go before `arguments`
  CallRequest call;                       // limits, interrupt, and how it is shown: `item` and arguments are put in
  server::Caller caller;
  bool is_nested = false;  // its entries are for the script that asked
};

struct CommandAnswer {
  std::string brand;     // of the target: "Builtin", "Scripts", or the integration's id
  std::string instance;  // its instance; for a script its name
  std::expected<CallAnswer, StartError> call;
};

// For one thread, which has no others beside it.
class CommandService {
 public:
  explicit CommandService(CallService& calls) : calls_(calls) {}

  // Whoever is meant answers, each in a container of its own, several at once; a call that answers with an error is
  // tried again as `retry-count` says. What comes back is posted but for a nested request.
  // Errors: those of find_targets and parse_reserved_arguments; Exhausted where commands are nested too deep, go in a
  // circle, or are too many for one run.
  Result<std::vector<CommandAnswer>> run(const CommandRequest& request, const Nesting& nesting,
                                         content::ContentTree* tree);

 private:
  std::vector<CommandAnswer> run_targets(const std::vector<CommandTarget>& targets, const CommandRequest& request,
                                         const content::ReservedArguments& reserved, const Nesting& nesting);
  std::expected<CallAnswer, StartError> run_target(const CommandTarget& target, const CommandRequest& request,
                                                   const content::ReservedArguments& reserved, const Nesting& nesting);
  std::expected<CallAnswer, StartError> run_built_in(const CommandTarget& target, const CommandRequest& request);

  CallService& calls_;
};

// Entries as executeCommand returns them, with what the server adds; an error entry where the call did not complete.
Json returned_entries(const std::vector<CommandAnswer>& answers, const std::string& investigation);

}  // namespace berth::app
