#include "berth/server/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "berth/server/command_groups.h"
#include "berth/server/entitlements.h"
#include "berth/server/http_routes.h"
#include "berth/server/incident_fields.h"
#include "berth/server/incident_json.h"
#include "berth/server/indicator_json.h"
#include "berth/server/json_member.h"
#include "berth/server/mirroring.h"
#include "berth/server/search.h"
#include "berth/store/indicators.h"
#include "berth/store/investigations.h"
#include "berth/store/relationships.h"

namespace berth::server {
namespace {

using store::FetchKind;

// --- fetches ---------------------------------------------------------------------------------------------------------

template <FetchKind Kind>
Result<Json> get_last_run(const Json&, const RequestScene& scene) {
  return scene.memory.last_run(Kind);
}

template <FetchKind Kind>
Result<Json> set_last_run(const Json& args, const RequestScene& scene) {
  scene.memory.set_last_run(Kind, member(args, "value"));
  return Json();
}

Result<Json> get_integration_context(const Json&, const RequestScene& scene) { return scene.memory.context(); }

Result<Json> set_integration_context(const Json& args, const RequestScene& scene) {
  BERTH_CHECK_OK(scene.memory.set_context(member(args, "value"), member(args, "version")));
  return Json();
}

// What createIncidents and its kin are given of the last run, in the transaction in which they keep what was fetched.
Result<void> keep_last_run(store::Database& database, const Json& args, const IntegrationMemory& memory) {
  const Json& last_run = member(args, "lastRun");
  const MemoryOwner& owner = memory.owner();
  if (owner.instance.empty() || owner.is_test || !last_run.is_object() || last_run.as_object()->empty()) return {};
  return store::FetchStates(database).set(owner.instance, {{FetchKind::LastRun, last_run}});
}

Result<Json> make_incidents(const Json& incidents, const Json& args, const RequestScene& scene) {
  BERTH_TRY(store::Database * database, scene.commands.state.database());
  const std::string& instance = scene.memory.owner().instance;
  return database->transaction([&]() -> Result<Json> {
    BERTH_TRY(const auto ids, create_incidents(*database, incidents, scene.brand, instance));
    BERTH_CHECK_OK(keep_last_run(*database, args, scene.memory));
    Json made = Json::array();
    for (const std::string& id : ids) {
      BERTH_TRY(const store::InvestigationId number, store::parse_investigation_id(id));
      BERTH_TRY(const store::Investigation stored, store::Investigations(*database).get(number));
      made.push_back(incident_json(stored));
    }
    return made;
  });
}

Result<Json> request_incidents(const Json& args, const RequestScene& scene) {
  return make_incidents(member(args, "incidents"), args, scene);
}

Result<Json> request_alerts(const Json& args, const RequestScene& scene) {
  return make_incidents(member(args, "alerts"), args, scene);
}

// --- indicators ------------------------------------------------------------------------------------------------------

Result<Json> request_indicators(const Json& args, const RequestScene& scene) {
  BERTH_TRY(store::Database * database, scene.commands.state.database());
  const Json& indicators = member(args, "indicators");
  return database->transaction([&]() -> Result<Json> {
    BERTH_TRY(const store::Upserted made,
              create_indicators(*database, indicators, {scene.brand, scene.memory.owner().instance, scene.feed_score}));
    BERTH_CHECK_OK(keep_last_run(*database, args, scene.memory));
    scene.memory.handed_over().indicators_created += made.created;
    scene.memory.handed_over().indicators_updated += made.updated;
    return Json();
  });
}

Result<Json> request_search(const Json& args, const RequestScene& scene) {
  const CommandArguments arguments("searchIndicators", args);
  IndicatorSearch search;
  search.value = arguments.text("value");
  search.query = arguments.text("query");
  BERTH_TRY(search.size, arguments.number("size", 100, 1, 10'000));
  BERTH_TRY(search.page, arguments.number("page", 0, 0, 1'000'000));
  const Json& after = member(args, "searchAfter");
  if (after.is_array() && !after.as_array()->empty() && after.as_array()->front().is_string()) {
    search.search_after = *after.as_array()->front().as_string();
  } else {
    search.search_after = after.is_string() ? *after.as_string() : "";
  }
  BERTH_TRY(store::Database * database, scene.commands.state.database());
  return search_indicators(*database, search);
}

Result<Json> request_relationships(const Json& args, const RequestScene& scene) {
  BERTH_TRY(store::Database * database, scene.commands.state.database());
  return search_relationships(*database, member(args, "filter"));
}

// --- investigations --------------------------------------------------------------------------------------------------

Result<Json> add_entry(const Json& args, const RequestScene& scene) {
  Json given = member(args, "entry");
  if (!given.is_object()) given = text_entry(given.is_string() ? *given.as_string() : print_json(given));
  if (const std::string footer = args.text_or("footer", ""); !footer.empty()) {
    given.set("Contents", given.text_or("Contents", "") + footer);
  }
  const CommandArguments where("addEntry", args);
  BERTH_CHECK_OK(
      in_investigation(where, "id", scene.commands, [&](Investigation& investigation) -> Result<std::vector<Json>> {
        std::vector<NewEntry> entries;
        entries.push_back({given, std::nullopt});
        BERTH_CHECK_OK(investigation.post(entries, {}, scene.commands.script));
        return std::vector<Json>();
      }));
  return Json();
}

Result<Json> find_user(const Json& args, const RequestScene&) {
  Json user = Json::object();
  if (args.text_or("username", "") != "operator") return user;
  user.set("id", "operator").set("username", "operator").set("name", "Operator").set("email", "");
  return user;
}

// A collector tells by it how much it has handed over.
std::int64_t pulled(const Json& health, std::string_view name) {
  constexpr std::int64_t kMost = 1'000'000'000;
  const std::int64_t* count = member(health, name).as_int();
  return count != nullptr ? std::clamp<std::int64_t>(*count, 0, kMost) : 0;
}

Result<Json> update_health(const Json& args, const RequestScene& scene) {
  const Json& text = member(args, "err");
  scene.memory.handed_over().events += pulled(text, "eventsPulled");
  scene.memory.handed_over().assets += pulled(text, "assetsPulled");
  const bool* is_error = member(args, "isError").as_bool();
  if (scene.on_health) {
    scene.on_health(text.is_string() ? *text.as_string() : print_json(text), is_error != nullptr && *is_error);
  }
  return Json();
}

// --- what is the same for everybody ----------------------------------------------------------------------------------

Result<Json> nothing(const Json&, const RequestScene&) { return Json(); }
Result<Json> license_id(const Json&, const RequestScene&) { return Json::object().set("id", ""); }
Result<Json> index_hash(const Json&, const RequestScene&) { return Json(""); }

Result<Json> request_entitlement(const Json& args, const RequestScene& scene) {
  return handle_entitlement(args, scene.commands);
}

Result<Json> request_http(const Json& args, const RequestScene& scene) {
  return answer_http_request(args, scene.commands);
}

Result<Json> only_the_original(const Json&, const RequestScene&) {
  return fail(Errc::Unavailable, "Unsupported Command: only the original's own server can answer this");
}

// --- the table -------------------------------------------------------------------------------------------------------

enum class Who { Anybody, Integrations };

struct RequestRow {
  std::string_view name;
  Who who;
  Result<Json> (*answer)(const Json& args, const RequestScene& scene);
};

constexpr RequestRow kRequests[] = {
    {"getLicenseID", Who::Anybody, license_id},
    {"getLicenseCustomField", Who::Anybody, nothing},
    {"internalHttpRequest", Who::Anybody, request_http},
    {"_apiCall", Who::Anybody, only_the_original},
    {"mapObject", Who::Anybody, only_the_original},
    {"searchIndicators", Who::Anybody, request_search},
    {"searchRelationships", Who::Anybody, request_relationships},
    {"getLastRun", Who::Integrations, get_last_run<FetchKind::LastRun>},
    {"setLastRun", Who::Integrations, set_last_run<FetchKind::LastRun>},
    {"getLastMirrorRun", Who::Integrations, get_last_run<FetchKind::LastMirrorRun>},
    {"setLastMirrorRun", Who::Integrations, set_last_run<FetchKind::LastMirrorRun>},
    {"getAssetsLastRun", Who::Integrations, get_last_run<FetchKind::AssetsLastRun>},
    {"setAssetsLastRun", Who::Integrations, set_last_run<FetchKind::AssetsLastRun>},
    {"getIntegrationContext", Who::Integrations, get_integration_context},
    {"setIntegrationContext", Who::Integrations, set_integration_context},
    {"createIncidents", Who::Integrations, request_incidents},
    {"createAlerts", Who::Integrations, request_alerts},
    {"createIndicators", Who::Integrations, request_indicators},
    {"getIndexHash", Who::Integrations, index_hash},
    {"updateModuleHealth", Who::Integrations, update_health},
    {"addEntry", Who::Integrations, add_entry},
    {"directMessage", Who::Integrations, nothing},
    {"mirrorInvestigation", Who::Integrations, nothing},
    {"findUser", Who::Integrations, find_user},
    {"handleEntitlementForUser", Who::Integrations, request_entitlement},
};

const RequestRow* find_request(std::string_view name) {
  const auto* row = std::ranges::find(kRequests, name, &RequestRow::name);
  return row != std::ranges::end(kRequests) ? row : nullptr;
}

}  // namespace

bool is_built_in_request(std::string_view name) { return find_request(name) != nullptr; }

Result<Json> answer_request(std::string_view name, const Json& args, const RequestScene& scene) {
  const RequestRow* row = find_request(name);
  if (row == nullptr) return fail(Errc::NotFound, fmt::format("there is no call '{}'", name.substr(0, 200)));
  if (row->who == Who::Integrations && scene.commands.caller.kind != content::ItemKind::Integration) {
    return fail(Errc::Denied,
                fmt::format("'{}' is a call of integrations, and '{}' is a script", name, scene.commands.caller.item));
  }
  return row->answer(args, scene).context([&] { return std::string(name); });
}

Result<std::vector<std::string>> create_incidents(store::Database& database, const Json& incidents,
                                                  const std::string& brand, const std::string& instance) {
  std::vector<std::string> ids;
  if (incidents.is_null()) return ids;
  if (!incidents.is_array()) return fail(Errc::InvalidInput, "create incidents: they are no list");
  store::Investigations investigations(database);
  return database.transaction([&]() -> Result<std::vector<std::string>> {
    for (const Json& given : *incidents.as_array()) {
      const auto doing = [&] { return fmt::format("create incident {}", ids.size() + 1); };
      BERTH_TRY(Json incident, incident_fields_of(given).context(doing));
      incident = with_own_mirror_terms(std::move(incident), instance);
      store::NewInvestigation wanted;
      wanted.name = incident.text_or("name", "");
      wanted.type = incident.text_or("type", "");
      incident.set("sourceBrand", brand).set("sourceInstance", instance);
      wanted.incident = std::move(incident);
      BERTH_TRY(const store::Investigation made, investigations.add(wanted).context(doing));
      if (mirror_terms_of(made.incident)) BERTH_CHECK_OK(begin_mirroring(database, made).context(doing));
      ids.push_back(std::to_string(made.id));
    }
    return ids;
  });
}

Result<store::Upserted> create_indicators(store::Database& database, const Json& indicators,
                                          const IndicatorSource& source) {
  if (indicators.is_null()) return store::Upserted();
  if (!indicators.is_array()) return fail(Errc::InvalidInput, "create indicators: they are no list");
  std::vector<store::Indicator> rows;
  std::vector<store::Relationship> relationships;
  for (const Json& one : *indicators.as_array()) {
    BERTH_TRY(store::Indicator row, indicator_from(one, source));
    rows.push_back(std::move(row));
    std::ranges::move(relationships_from(one, source), std::back_inserter(relationships));
  }
  return database.transaction([&]() -> Result<store::Upserted> {
    BERTH_TRY(const store::Upserted upserted, store::Indicators(database).upsert(rows));
    BERTH_CHECK_OK(store::Relationships(database).upsert(relationships));
    return upserted;
  });
}

}  // namespace berth::server
