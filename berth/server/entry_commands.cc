// Commands about entries, and about the people and tasks of an investigation.

#include <fmt/format.h>

#include <algorithm>

#include "berth/server/command_groups.h"

namespace berth::server {
namespace {

constexpr const char* kRole = "operator";  // of the one user

// The investigation in "12@7".
std::string investigation_of(std::string_view entry_id) {
  const std::size_t at = entry_id.find('@');
  return at == std::string_view::npos ? std::string() : std::string(entry_id.substr(at + 1));
}

Result<std::vector<Json>> get_entry(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string id, arguments.needed_text("id"));
  const Json where = Json::object().set("id", investigation_of(id));
  return in_investigation(CommandArguments("getEntry", where), "id", scene,
                          [&](Investigation& investigation) -> Result<std::vector<Json>> {
                            BERTH_TRY(Json entry, investigation.entry(id));
                            return one_entry(std::move(entry));
                          });
}

// Kinds of entries as content names them in a filter.
std::vector<std::int64_t> types_of(const Json& filter) {
  std::vector<std::int64_t> types;
  const Json* categories = filter.find("categories");
  if (categories == nullptr || !categories->is_array()) return types;
  for (const Json& one : *categories->as_array()) {
    const std::string name = one.is_string() ? *one.as_string() : "";
    if (name == "attachments") types.insert(types.end(), {3, 9});
    if (name == "notes" || name == "chats" || name == "commandAndResults") types.insert(types.end(), {1, 4});
  }
  return types;
}

Result<std::vector<Json>> get_entries(const CommandArguments& arguments, const CommandScene& scene) {
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    const Json filter = arguments.value("filter");
    EntryQuery query;
    query.types = types_of(filter);
    if (filter.is_object()) query.tags = CommandArguments("getEntries", filter).texts("tags");
    BERTH_TRY(std::int64_t most, arguments.number("pageSize", 1000, 1, 10'000));
    query.limit = static_cast<std::size_t>(most);
    return investigation.entries(query);
  });
}

Result<std::vector<Json>> add_entries(const CommandArguments& arguments, const CommandScene& scene) {
  const Json given = arguments.value("entries");
  std::vector<NewEntry> entries;
  const auto take = [&](const Json& one) -> Result<void> {
    if (one.is_object()) {
      entries.push_back({one, std::nullopt});
    } else if (one.is_string()) {
      entries.push_back({text_entry(*one.as_string()), std::nullopt});
    } else {
      return arguments.wrong("entries", "is no list of entries");
    }
    return {};
  };
  if (given.is_array()) {
    for (const Json& one : *given.as_array()) BERTH_CHECK_OK(take(one));
  } else {
    BERTH_CHECK_OK(take(given));
  }
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    BERTH_TRY(const Posted posted, investigation.post(entries, {}, scene.script));
    Json ids = Json::array();
    for (const std::string& id : posted.ids) ids.push_back(id);
    return one_entry(value_entry(std::move(ids), fmt::format("{} entries were added", posted.ids.size())));
  });
}

Result<std::vector<Json>> get_users(const CommandArguments&, const CommandScene&) {
  // One person operates a Berth: whoever may use its state.
  Json user = Json::object();
  user.set("id", "operator").set("username", "operator").set("name", "Operator").set("email", "");
  user.set("phone", "").set("type", 0).set("roles", Json::object()).set("isAway", false).set("disabled", false);
  user.set("allRoles", Json(Json::Array{kRole}));
  Json entry = value_entry(Json(Json::Array{user}), "### Users\n* operator");
  Json shown = Json::object();
  shown.set("id", "operator").set("username", "operator").set("name", "Operator").set("email", "");
  entry.set("EntryContext", Json::object().set("DemistoUsers", Json(Json::Array{shown})));
  return one_entry(std::move(entry));
}

// The one role, which has no shifts: nobody is ever off duty.
Result<std::vector<Json>> get_roles(const CommandArguments&, const CommandScene&) {
  Json role = Json::object();
  role.set("id", kRole).set("name", kRole).set("shifts", Json::array());
  return one_entry(value_entry(Json(Json::Array{std::move(role)}), fmt::format("### Roles\n* {}", kRole)));
}

// No playbooks run here, so no task ever waits.
Result<std::vector<Json>> no_task(const CommandArguments&, const CommandScene&) {
  return one_entry(text_entry("No task to work on: this investigation runs no playbook"));
}

constexpr BuiltInCommand kCommands[] = {
    {"getEntry", "one entry, by its id", "id", get_entry},
    {"getEntries", "the entries of an investigation", "id", get_entries},
    {"addEntries", "add entries to an investigation", "entries", add_entries},
    {"getUsers", "the users of this server", "", get_users},
    {"getRoles", "the roles of the users of this server", "", get_roles},
    {"taskAssign", "assign a task of a playbook", "id", no_task},
    {"taskComplete", "complete a task of a playbook", "id", no_task},
};

}  // namespace

std::span<const BuiltInCommand> entry_commands() { return kCommands; }

}  // namespace berth::server
