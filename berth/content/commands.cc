#include "berth/content/commands.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/content/suggestion.h"

namespace berth::content {

std::vector<std::string> implied_commands(const IntegrationFlags& flags) {
  std::vector<std::string> names = {"test-module"};
  if (flags.fetch_incidents) names.push_back("fetch-incidents");
  if (flags.fetch_events) names.push_back("fetch-events");
  if (flags.fetch_assets) names.push_back("fetch-assets");
  if (flags.fetch_credentials) names.push_back("fetch-credentials");
  if (flags.feed) names.push_back("fetch-indicators");
  if (flags.long_running) names.push_back("long-running-execution");
  if (flags.mappable) names.push_back("get-mapping-fields");
  if (flags.remote_sync_in) names.insert(names.end(), {"get-modified-remote-data", "get-remote-data"});
  if (flags.remote_sync_out) names.push_back("update-remote-system");
  return names;
}

std::vector<std::string> command_names(const Item& integration) {
  std::vector<std::string> names;
  for (const Command& command : integration.commands) names.push_back(command.name);
  for (std::string& name : implied_commands(integration.flags)) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

const std::vector<Argument>& arguments_of(const Item& item, std::string_view name) {
  const auto found = std::ranges::find(item.commands, name, &Command::name);
  return found == item.commands.end() ? item.arguments : found->arguments;
}

Result<FoundCommand> find_command(const Item& item, std::string_view name) {
  if (item.kind == ItemKind::Script) {
    return fail(Errc::InvalidInput,
                fmt::format("script '{}': a script has no commands; leave --command out", item.name));
  }
  for (const Command& command : item.commands) {
    if (command.name == name) return FoundCommand{command, false};
  }
  const std::vector<std::string> implied = implied_commands(item.flags);
  if (std::find(implied.begin(), implied.end(), name) != implied.end()) {
    Command command;
    command.name = std::string(name);
    return FoundCommand{std::move(command), true};
  }
  return fail(Errc::InvalidInput,
              fmt::format("integration '{}': unknown command '{}'{}", item.name, to_visible(name.substr(0, 100), false),
                          suggestion_for(name, command_names(item))));
}

}  // namespace berth::content
