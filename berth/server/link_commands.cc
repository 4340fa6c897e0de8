// Commands that tie incidents to each other.

#include <fmt/format.h>

#include <algorithm>

#include "berth/server/command_groups.h"

namespace berth::server {
namespace {

enum class LinkAction { Link, Unlink, Duplicate };

Result<LinkAction> action_of(const CommandArguments& arguments) {
  const std::string action = arguments.text("action");
  if (action.empty() || action == "link") return LinkAction::Link;
  if (action == "unlink") return LinkAction::Unlink;
  if (action == "duplicate") return LinkAction::Duplicate;
  return arguments.wrong("action", "is none of link, unlink and duplicate");
}

Result<void> change_links(Investigation& investigation, const std::string& other, bool linked) {
  return investigation.change_incident([&](const Json& incident) -> Result<Json> {
    if (!incident.is_object()) {
      return fail(Errc::NotFound, fmt::format("investigation {} has no incident to link", investigation.id()));
    }
    std::vector<std::string> ids = CommandArguments("linkIncidents", incident).texts("linkedIncidents");
    std::erase(ids, other);
    if (linked) ids.push_back(other);
    Json list = Json::array();
    for (const std::string& id : ids) list.push_back(id);
    Json fields = Json::object();
    fields.set("linkedCount", static_cast<std::int64_t>(ids.size())).set("linkedIncidents", std::move(list));
    return fields;
  });
}

// Runs `use` on investigation `id`, when the caller may reach it.
Result<void> with_investigation(const std::string& id, const CommandScene& scene,
                                const std::function<Result<void>(Investigation&)>& use) {
  const Json where = Json::object().set("id", id);
  BERTH_CHECK_OK(in_investigation(CommandArguments("linkIncidents", where), "id", scene,
                                  [&](Investigation& investigation) -> Result<std::vector<Json>> {
                                    BERTH_CHECK_OK(use(investigation));
                                    return std::vector<Json>();
                                  }));
  return {};
}

Result<void> change_both(const std::string& id, const std::string& other, LinkAction action,
                         const CommandScene& scene) {
  const bool linked = action != LinkAction::Unlink;
  BERTH_CHECK_OK(with_investigation(id, scene, [&](Investigation& one) { return change_links(one, other, linked); }));
  return with_investigation(other, scene, [&](Investigation& one) -> Result<void> {
    BERTH_CHECK_OK(change_links(one, id, linked));
    if (action != LinkAction::Duplicate) return {};
    return one.close("Duplicate", fmt::format("duplicate of incident {}", id));
  });
}

// Links are seen from both ends. All of them are changed, or none. A duplicate is closed.
Result<std::vector<Json>> link_incidents(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const LinkAction action, action_of(arguments));
  BERTH_CHECK_OK(arguments.needed_text("linkedIncidentIDs"));
  const std::vector<std::string> others = arguments.texts("linkedIncidentIDs");
  const std::string given = arguments.text("incidentId");
  const std::string id = given.empty() ? scene.investigation.id() : given;
  if (std::ranges::find(others, id) != others.end()) {
    return arguments.wrong("linkedIncidentIDs", fmt::format("has incident {} itself among them", id.substr(0, 100)));
  }
  BERTH_TRY(store::Database * database, scene.state.database());
  return database->transaction([&]() -> Result<std::vector<Json>> {
    for (const std::string& other : others) BERTH_CHECK_OK(change_both(id, other, action, scene));
    const char* what = action == LinkAction::Link     ? "linked"
                       : action == LinkAction::Unlink ? "unlinked"
                                                      : "marked as duplicates";
    return one_entry(text_entry(fmt::format("{} incidents {}", others.size(), what)));
  });
}

constexpr BuiltInCommand kCommands[] = {
    {"linkIncidents", "link incidents, unlink them (action=unlink), or close some as duplicates (action=duplicate)",
     "linkedIncidentIDs", link_incidents},
};

}  // namespace

std::span<const BuiltInCommand> link_commands() { return kCommands; }

}  // namespace berth::server
