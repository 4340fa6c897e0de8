#include "berth/app/fetch_service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "berth/app/integration_lookup.h"
#include "berth/app/mask.h"
#include "berth/app/mirror_service.h"
#include "berth/server/requests.h"
#include "berth/store/fetch_states.h"

namespace berth::app {
namespace {

bool is_off(const Json& params, std::string_view name) {
  const Json* value = params.find(name);
  if (value == nullptr || value->is_null()) return false;
  if (const bool* truth = value->as_bool()) return !*truth;
  const std::string* text = value->as_string();
  return text != nullptr && (text->empty() || *text == "false");
}

}  // namespace

std::vector<std::string> fetch_commands(const content::Item& integration, const Json& params) {
  const content::IntegrationFlags& flags = integration.flags;
  std::vector<std::string> commands;
  const auto add = [&](bool flag, std::string_view parameter, const char* command) {
    if (flag && !is_off(params, parameter)) commands.emplace_back(command);
  };
  add(flags.fetch_incidents, "isFetch", "fetch-incidents");
  add(flags.fetch_events, "isFetchEvents", "fetch-events");
  add(flags.fetch_assets, "isFetchAssets", "fetch-assets");
  add(flags.feed, "feed", "fetch-indicators");
  add(flags.fetch_credentials, "isFetchCredentials", "fetch-credentials");
  // Out before in: what was changed here must not be lost under what comes.
  if (flags.remote_sync_out) commands.emplace_back("update-remote-system");
  if (flags.remote_sync_in) commands.emplace_back("get-modified-remote-data");
  return commands;
}

Result<Json> fetched_list(const std::vector<server::NewEntry>& entries) {
  Json all = Json::array();
  for (const server::NewEntry& one : entries) {
    const Json* contents = one.entry.find("Contents");
    if (contents == nullptr || contents->is_null()) continue;
    Json list = *contents;
    if (const std::string* text = contents->as_string()) {
      if (text->empty() || *text == "null") continue;
      auto parsed = parse_json(*text);
      if (!parsed) return fail(Errc::InvalidInput, "the fetch answered with text that is no list");
      list = *std::move(parsed);
    }
    if (list.is_null()) continue;
    if (!list.is_array()) return fail(Errc::InvalidInput, "the fetch answered with something that is no list");
    for (Json& item : *list.as_array()) all.push_back(std::move(item));
  }
  return all;
}

Result<std::vector<Fetched>> FetchService::fetch(const std::string& instance, std::string_view only,
                                                 const CallRequest& call) {
  BERTH_TRY(InstanceService * instances, calls_.scene().instances());
  BERTH_TRY(ContentService * content, calls_.scene().content());
  BERTH_TRY(const store::Instance stored, instances->get(instance));
  if (!stored.enabled) {
    return fail(Errc::InvalidInput, fmt::format("instance '{0}' is disabled: 'berth instance enable {0}'", instance));
  }
  CallRequest request = call;
  BERTH_TRY(request.item, integration_of(*content, stored));
  BERTH_TRY(request.instance, instances->open_for_call(instance, request.item));
  std::vector<std::string> commands = fetch_commands(request.item, request.instance->params);
  if (!only.empty()) std::erase_if(commands, [&](const std::string& one) { return one != only; });
  if (commands.empty()) {
    return fail(
        Errc::InvalidInput,
        fmt::format("instance '{}' fetches nothing{}: its integration '{}' has no such flag, or a parameter such as "
                    "isFetch or feed turns it off",
                    instance, only.empty() ? "" : fmt::format(" by '{}'", only), request.item.id));
  }
  std::vector<Fetched> all;
  MirrorService mirror(calls_);
  for (const std::string& command : commands) {
    std::vector<Fetched> some;
    if (command == "update-remote-system") {
      BERTH_TRY(some, mirror.send(request));
    } else if (command == "get-modified-remote-data") {
      BERTH_TRY(some, mirror.receive(request));
    } else {
      some.push_back(fetch_by(command, request));
    }
    std::ranges::move(some, std::back_inserter(all));
  }
  return all;
}

Fetched FetchService::fetch_by(const std::string& command, const CallRequest& call) {
  Fetched fetched = fetch_call(calls_, command, call);
  if (!fetched.call) return fetched;
  CallAnswer& answer = *fetched.call;
  fetched.events = answer.handed_over.events;
  fetched.assets = answer.handed_over.assets;
  if (command == "fetch-events" && fetched.events == 0) fetched.events = listed_in(answer.new_entries);
  if (command == "fetch-assets" && fetched.assets == 0) fetched.assets = listed_in(answer.new_entries);
  if (fetched.went_well()) {
    const auto kept = keep(fetched, call.instance->brand, call.instance->name);
    if (!kept) fetched.problem = kept.error().message();
  }
  for (server::NewEntry& one : std::exchange(answer.new_entries, {})) {
    // What was fetched is kept where it belongs; credentials are for nobody's eyes.
    if (command == "fetch-credentials" && fetched.went_well()) continue;
    answer.record.entries.push_back(std::move(one.entry));
  }
  return fetched;
}

Result<void> FetchService::keep(Fetched& fetched, const std::string& brand, const std::string& instance) {
  const CallAnswer& answer = *fetched.call;
  Json incidents;
  if (fetched.command == "fetch-incidents") {
    BERTH_TRY(const Json list, fetched_list(answer.new_entries));
    incidents = mask_json(list, answer.secrets);  // they are kept for others
  } else if (fetched.command == "fetch-credentials") {
    BERTH_TRY(const Json credentials, fetched_list(answer.new_entries));
    fetched.credentials = credentials.as_array()->size();
  }
  BERTH_TRY(store::Database * database, calls_.scene().state().database());
  return database->transaction([&]() -> Result<void> {
    BERTH_TRY(fetched.incidents, server::create_incidents(*database, incidents, brand, instance));
    if (answer.fetched.empty()) return {};
    return store::FetchStates(*database).set(instance, answer.fetched);
  });
}

}  // namespace berth::app
