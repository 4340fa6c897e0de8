// Commands about incidents.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "berth/server/command_groups.h"
#include "berth/server/incident_fields.h"
#include "berth/server/moment.h"
#include "berth/server/search.h"
#include "berth/store/investigations.h"

namespace berth::server {
namespace {

Result<std::vector<Json>> set_incident(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const Json fields,
            incident_fields_of(arguments.others({"id", "version", "addLabels", "deleteEmptyField"})));
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    BERTH_CHECK_OK(investigation.change_incident([&](const Json& before) -> Result<Json> {
      Json incident = before.is_object() ? before : Json::object();
      merge_incident_fields(incident, fields);
      Json changed = Json::object();
      for (const auto& [name, value] : *fields.as_object()) changed.set(name, *incident.find(name));
      return changed;
    }));
    return one_entry(text_entry("done"));
  });
}

Result<std::vector<Json>> create_incident(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string name, arguments.needed_text("name"));
  BERTH_TRY(Json incident, incident_fields_of(arguments.others({})));
  BERTH_TRY(store::Database * database, scene.state.database());
  store::NewInvestigation wanted;
  wanted.name = name;
  wanted.type = arguments.text("type");
  wanted.incident = std::move(incident);
  BERTH_TRY(const store::Investigation made, store::Investigations(*database).add(wanted));
  const std::string id = std::to_string(made.id);
  Json entry = text_entry(fmt::format("Created new incident {}", id));
  entry.set("EntryContext", Json::object().set("CreatedIncidentID", id));
  return one_entry(std::move(entry));
}

Result<std::optional<store::Time>> moment_of(const CommandArguments& arguments, std::string_view name) {
  const std::string text = arguments.text(name);
  if (text.empty()) return std::optional<store::Time>();
  const auto moment = parse_moment(text);
  if (!moment) return arguments.wrong(name, "is no date such as 2026-11-26T04:05:06Z");
  return moment;
}

Result<std::vector<Json>> get_incidents(const CommandArguments& arguments, const CommandScene& scene) {
  IncidentSearch search;
  search.ids = arguments.texts("id");
  search.names = arguments.texts("name");
  // A name may have commas of its own.
  if (!search.names.empty()) search.names.push_back(arguments.text("name"));
  search.types = arguments.texts("type");
  search.query = arguments.text("query");
  BERTH_TRY(search.created_from, moment_of(arguments, "fromdate"));
  BERTH_TRY(search.created_to, moment_of(arguments, "todate"));
  BERTH_TRY(search.size, arguments.number("size", 100, 1, 10'000));
  BERTH_TRY(search.page, arguments.number("page", 0, 0, 1'000'000));
  auto order = parse_sort_order(fmt::format("{}", fmt::join(arguments.texts("sort"), ",")));
  if (!order) return arguments.wrong("sort", order.error().message());
  search.order = *std::move(order);
  if (!scene.caller.may_reach_others()) search.only = scene.investigation.id();
  BERTH_TRY(store::Database * database, scene.state.database());
  BERTH_TRY(Json found, search_incidents(*database, search));
  std::string readable = fmt::format("{} incidents", *found.find("total")->as_int());
  if (!search.only.empty()) {
    readable += fmt::format(
        "; only investigation {} was searched, since '{}' may reach no other "
        "(rights.other_investigations)",
        search.only, scene.caller.item);
  }
  return one_entry(value_entry(std::move(found), readable));
}

Result<std::vector<Json>> close_investigation(const CommandArguments& arguments, const CommandScene& scene) {
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    BERTH_CHECK_OK(investigation.close(arguments.text("closeReason"), arguments.text("closeNotes")));
    return one_entry(text_entry("done"));
  });
}

Result<std::vector<Json>> set_owner(const CommandArguments& arguments, const CommandScene& scene) {
  BERTH_TRY(const std::string owner, arguments.needed_text("owner"));
  return in_investigation(arguments, "id", scene, [&](Investigation& investigation) -> Result<std::vector<Json>> {
    BERTH_CHECK_OK(investigation.set_incident_fields(Json::object().set("owner", owner)));
    return one_entry(text_entry("done"));
  });
}

constexpr BuiltInCommand kCommands[] = {
    {"setIncident", "set fields of the incident", "", set_incident},
    {"createNewIncident", "make a new incident", "name", create_incident},
    {"getIncidents", "search incidents", "id", get_incidents},
    {"setOwner", "set the owner of the incident", "owner", set_owner},
    {"closeInvestigation", "close the investigation", "id", close_investigation},
};

}  // namespace

std::span<const BuiltInCommand> incident_commands() { return kCommands; }

}  // namespace berth::server
