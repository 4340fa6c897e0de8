#include "berth/server/built_in.h"

#include <algorithm>

#include "berth/server/command_groups.h"
#include "berth/server/stored_investigation.h"

namespace berth::server {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::vector<std::span<const BuiltInCommand>> built_in_commands() {
  return {context_commands(),   entitlement_commands(),     entry_commands(), incident_commands(),
          indicator_commands(), indicator_field_commands(), link_commands(),  list_commands()};
}

const BuiltInCommand* find_built_in(std::string_view name) {
  for (const auto group : built_in_commands()) {
    for (const BuiltInCommand& command : group) {
      if (same_name(command.name, name)) return &command;
    }
  }
  return nullptr;
}

Json text_entry(std::string_view text) {
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "text").set("Contents", text);
  return entry;
}

Json value_entry(Json value, std::string_view readable) {
  Json entry = Json::object();
  entry.set("Type", 1).set("ContentsFormat", "json").set("Contents", std::move(value));
  return entry.set("HumanReadable", readable);
}

std::vector<Json> one_entry(Json entry) {
  std::vector<Json> entries;
  entries.push_back(std::move(entry));
  return entries;
}

Result<std::vector<Json>> in_investigation(const CommandArguments& arguments, std::string_view name,
                                           const CommandScene& scene,
                                           const std::function<Result<std::vector<Json>>(Investigation&)>& use) {
  const std::string wanted = arguments.text(name);
  if (wanted.empty() || wanted == scene.investigation.id()) return use(scene.investigation);
  BERTH_CHECK_OK(check_reach(scene.caller, scene.investigation.id(), wanted));
  BERTH_TRY(StoredInvestigation other, StoredInvestigation::open(scene.state, wanted));
  return use(other);
}

}  // namespace berth::server
