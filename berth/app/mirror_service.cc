#include "berth/app/mirror_service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "berth/app/mask.h"
#include "berth/server/incident_json.h"
#include "berth/store/fetch_states.h"
#include "berth/store/mirrors.h"

namespace berth::app {
namespace {

using server::MirroredIncident;
using store::FetchKind;

constexpr char kModified[] = "get-modified-remote-data";

CallRequest with_arguments(CallRequest call, const Json& args) {
  for (const auto& [name, value] : *args.as_object()) {
    const std::string* text = value.as_string();
    call.arguments.push_back({name, text != nullptr ? *text : print_json(value)});
    if (text == nullptr) call.typed_arguments.set(name, value);
  }
  return call;
}

// Of what a mirroring command has set, the state that is its own.
Result<void> keep_mirror_run(store::Database& database, const Fetched& fetched, const std::string& instance) {
  const auto set = fetched.call->fetched.find(FetchKind::LastMirrorRun);
  if (set == fetched.call->fetched.end()) return {};
  return store::FetchStates(database).set(instance, {{set->first, set->second}});
}

// What came is shown with the answer.
void show_entries(Fetched& fetched) {
  if (!fetched.call) return;
  for (server::NewEntry& one : std::exchange(fetched.call->new_entries, {})) {
    fetched.call->record.entries.push_back(std::move(one.entry));
  }
}

bool stops_round(const Fetched& fetched) {
  if (fetched.went_well()) return false;
  const bool interrupted = fetched.call && fetched.call->outcome.cause == engine::Cause::Interrupted;
  return interrupted || meaning_of(fetched) == MirrorError::Everything;
}

}  // namespace

MirrorError meaning_of(const Fetched& fetched) {
  if (!fetched.call) return MirrorError::ThisOne;
  const CallAnswer& answer = *fetched.call;
  const std::string raised = fmt::format("{}", fmt::join(answer.record.exception, ""));
  const std::string error = first_error_of(answer);
  for (const char* sign : {"API rate limit", "skip update"}) {
    if (error.contains(sign) || raised.contains(sign)) return MirrorError::Everything;
  }
  if (fetched.command != kModified) return MirrorError::ThisOne;
  const bool completed = answer.outcome.cause == engine::Cause::Completed;
  if (completed ? !error.empty() : raised.contains("NotImplementedError")) return MirrorError::NotImplemented;
  return MirrorError::ThisOne;
}

Result<std::vector<Fetched>> MirrorService::send(const CallRequest& call) {
  BERTH_TRY(store::Database * database, calls_.scene().state().database());
  BERTH_TRY(const auto incidents, server::mirrored_incidents(*database, call.instance->name));
  std::vector<Fetched> all;
  for (const MirroredIncident& incident : incidents) {
    if (!incident.terms.out) continue;
    BERTH_TRY(const auto update, server::outgoing_update(*database, incident));
    if (!update) continue;
    all.push_back(send_one(call, incident, *update));
    if (stops_round(all.back())) break;
  }
  return all;
}

Fetched MirrorService::send_one(const CallRequest& call, const MirroredIncident& incident,
                                const server::OutgoingUpdate& update) {
  const store::InvestigationId id = incident.investigation.id;
  const auto failed = [](const Error& error) {
    return Fetched{"update-remote-system", std::unexpected(StartError{error, false}), error.message(), {}};
  };
  auto visit = calls_.scene().visit(std::to_string(id));
  if (!visit) return failed(visit.error());
  Fetched fetched = fetch_call(calls_, "update-remote-system", with_arguments(call, update.args));
  fetched.incidents.push_back(std::to_string(id));
  if (fetched.went_well()) {
    const auto keep = [&]() -> Result<void> {
      BERTH_TRY(store::Database * database, calls_.scene().state().database());
      return database->transaction([&]() -> Result<void> {
        BERTH_CHECK_OK(server::keep_sent(*database, id, update));
        return keep_mirror_run(*database, fetched, call.instance->name);
      });
    };
    if (const auto kept = keep(); !kept) fetched.problem = kept.error().message();
  }
  show_entries(fetched);
  return fetched;
}

std::vector<const MirroredIncident*> MirrorService::changed_among(const std::vector<MirroredIncident>& incidents,
                                                                  Fetched& asked) const {
  std::vector<const MirroredIncident*> changed;
  if (!asked.went_well()) {
    if (meaning_of(asked) != MirrorError::NotImplemented) return changed;
    asked.problem.clear();
    asked.call->new_entries.clear();
    asked.call->warnings.push_back(fmt::format("'{}' is not implemented: each open incident is asked for", kModified));
    for (const MirroredIncident& one : incidents) {
      if (one.investigation.is_open()) changed.push_back(&one);
    }
    return changed;
  }
  const auto ids = server::modified_ids_from(asked.call->new_entries);
  if (!ids) {
    asked.problem = ids.error().message();
    return changed;
  }
  const std::set<std::string> wanted(ids->begin(), ids->end());
  for (const MirroredIncident& one : incidents) {
    if (wanted.contains(one.terms.remote_id)) changed.push_back(&one);
  }
  return changed;
}

Result<std::vector<Fetched>> MirrorService::receive(const CallRequest& call) {
  const std::string& instance = call.instance->name;
  BERTH_TRY(store::Database * database, calls_.scene().state().database());
  BERTH_TRY(auto incidents, server::mirrored_incidents(*database, instance));
  std::erase_if(incidents, [](const MirroredIncident& one) { return !one.terms.in; });
  std::vector<Fetched> all;
  if (incidents.empty()) return all;

  // What changes while it answers is asked for the next time.
  const store::Time begun = store::now();
  BERTH_TRY(const Json before, store::FetchStates(*database).get(instance, FetchKind::Mirrored));
  const auto oldest = std::ranges::min(incidents, {}, [](const auto& one) { return one.investigation.created; });
  const std::string since = before.text_or("time", server::time_text(oldest.investigation.created));
  all.push_back(fetch_call(calls_, kModified, with_arguments(call, Json::object().set("lastUpdate", since))));
  const auto changed = changed_among(incidents, all.front());
  show_entries(all.front());
  if (!all.front().went_well()) return all;

  std::size_t left = changed.size();
  for (const MirroredIncident* one : changed) {
    all.push_back(receive_one(call, *one));
    if (all.back().went_well()) --left;
    if (stops_round(all.back())) break;
  }
  if (left > 0) {
    all.front().problem = fmt::format(
        "{} of {} incidents were not brought up to date: the next fetch asks again for "
        "what changed since {}",
        left, changed.size(), since);
    return all;
  }
  const auto kept = database->transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(keep_mirror_run(*database, all.front(), instance));
    const Json time = Json::object().set("time", server::time_text(begun));
    return store::FetchStates(*database).set(instance, {{FetchKind::Mirrored, time}});
  });
  if (!kept) all.front().problem = kept.error().message();
  return all;
}

Fetched MirrorService::receive_one(const CallRequest& call, const MirroredIncident& incident) {
  const store::InvestigationId id = incident.investigation.id;
  const auto failed = [](const Error& error) {
    return Fetched{"get-remote-data", std::unexpected(StartError{error, false}), error.message(), {}};
  };
  Scene& scene = calls_.scene();
  auto visit = scene.visit(std::to_string(id));
  if (!visit) return failed(visit.error());
  const store::Time begun = store::now();
  const auto database = scene.state().database();
  if (!database) return failed(database.error());
  const auto mirror = store::Mirrors(**database).get(id);
  if (!mirror) return failed(mirror.error());
  const store::Time since = mirror->asked.value_or(incident.investigation.created);
  Json args = Json::object();
  args.set("id", incident.terms.remote_id).set("lastUpdate", server::time_text(since));
  Fetched fetched = fetch_call(calls_, "get-remote-data", with_arguments(call, args));
  fetched.incidents.push_back(std::to_string(id));
  if (!fetched.went_well()) {
    show_entries(fetched);
    return fetched;
  }
  CallAnswer& answer = *fetched.call;
  const Mask mask_of(answer.secrets);
  std::vector<server::NewEntry> came = std::exchange(answer.new_entries, {});
  for (server::NewEntry& one : came) one.entry = mask_of.in_json(one.entry);  // it is kept for others
  server::RemoteData data = server::remote_data_from(std::move(came));
  const auto posted = (*database)->transaction([&]() -> Result<server::Posted> {
    BERTH_TRY(server::Posted merged,
              server::merge_remote_data(scene.state(), id, data, {answer.id, "", true}, scene.script(), begun));
    BERTH_CHECK_OK(keep_mirror_run(**database, fetched, call.instance->name));
    return merged;
  });
  if (!posted) {
    fetched.problem = posted.error().message();
    return fetched;
  }
  for (const std::string& problem : posted->problems) answer.warnings.push_back(mask_of.in_text(problem));
  for (server::NewEntry& one : data.entries) answer.record.entries.push_back(std::move(one.entry));
  return fetched;
}

}  // namespace berth::app
