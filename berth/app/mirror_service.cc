#include "berth/app/mirror_service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "berth/app/mask.h"
#include "berth/server/incident_json.h"
#include "berth/server/stored_investigation.h"
#include "berth/store/fetch_states.h"
#include "berth/store/mirrors.h"

namespace berth::app {
namespace {

using server::MirroredIncident;
using store::FetchKind;
using store::MirrorTurn;
using store::MirrorTurns;

constexpr char kModified[] = "get-modified-remote-data";
constexpr std::size_t kMostCalls = 500;      // of one kind in a round; the next one goes on
constexpr std::size_t kMostLooked = 10'000;  // incidents that a round looks at for something to tell
constexpr std::size_t kMostNoteBytes = 2000;

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

bool is_interrupted(const Fetched& fetched) {
  return fetched.call && fetched.call->outcome.cause == engine::Cause::Interrupted;
}

bool stops_round(const Fetched& fetched) {
  return !fetched.went_well() && (is_interrupted(fetched) || meaning_of(fetched) == MirrorError::Everything);
}

Fetched failed(const char* command, store::InvestigationId id, const Error& error) {
  return {command, std::unexpected(StartError{error, false}), error.message(), {std::to_string(id)}};
}

// Says in the incident's investigation that nothing comes from elsewhere any more.
Result<void> note_given_up(Scene& scene, store::InvestigationId id, const Fetched& fetched) {
  BERTH_TRY(auto here, server::StoredInvestigation::open(scene.state(), std::to_string(id)));
  Json entry = Json::object();
  entry.set("Type", 4).set("ContentsFormat", "text").set("Note", true);
  entry.set("Contents",
            fmt::format("mirroring: '{}' went wrong {} times, and is called again when the incident changes "
                        "elsewhere: {}",
                        fetched.command, MirrorTurns::kMostTries, fetched.problem.substr(0, kMostNoteBytes)));
  std::vector<server::NewEntry> entries;
  entries.push_back({std::move(entry), std::nullopt});
  BERTH_CHECK_OK(here.post(entries, {.call_id = "", .parent = "", .merges_outputs = false}, scene.script()));
  return {};
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
  MirrorTurns turns(*database);
  BERTH_TRY(const auto changed, turns.to_tell(call.instance->name, kMostLooked));
  std::vector<Fetched> all;
  std::vector<MirrorTurn> quiet;
  for (const MirrorTurn& turn : changed) {
    if (all.size() == kMostCalls) break;
    const auto look = [&]() -> Result<bool> {
      BERTH_TRY(const MirroredIncident incident, server::mirrored_incident(*database, turn.id));
      BERTH_TRY(const auto update, server::outgoing_update(*database, incident));
      if (update) all.push_back(send_one(call, incident, *update));
      return update.has_value();
    };
    const auto looked = look();
    if (!looked) all.push_back(failed("update-remote-system", turn.id, looked.error()));
    // What has just been told is looked at once more: there may be more of it.
    if (looked && !*looked) {
      quiet.push_back(turn);
      continue;
    }
    BERTH_CHECK_OK(turns.tried_to_tell(turn.id));
    if (stops_round(all.back())) break;
  }
  BERTH_CHECK_OK(turns.told(quiet));
  return all;
}

Fetched MirrorService::send_one(const CallRequest& call, const MirroredIncident& incident,
                                const server::OutgoingUpdate& update) {
  const store::InvestigationId id = incident.investigation.id;
  auto visit = calls_.scene().visit(std::to_string(id));
  if (!visit) return failed("update-remote-system", id, visit.error());
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

Result<std::vector<Fetched>> MirrorService::receive(const CallRequest& call) {
  const std::string& instance = call.instance->name;
  BERTH_TRY(store::Database * database, calls_.scene().state().database());
  MirrorTurns turns(*database);
  BERTH_TRY(const auto oldest, turns.oldest(instance));
  std::vector<Fetched> all;
  if (!oldest) return all;
  BERTH_TRY(Fetched asked, ask_what_changed(call, *database, *oldest));
  all.push_back(std::move(asked));
  if (!all.front().went_well()) return all;

  BERTH_TRY(const auto changed, turns.to_ask(instance, kMostCalls));
  for (const MirrorTurn& turn : changed) {
    Fetched one = receive_one(call, *database, turn);
    const bool stops = stops_round(one);
    if (!one.went_well() && !is_interrupted(one)) BERTH_CHECK_OK(count_failure(*database, turn, one));
    all.push_back(std::move(one));
    if (stops) break;
  }
  BERTH_TRY(const std::int64_t left, turns.count_to_ask(instance));
  if (left > 0) {
    all.front().call->warnings.push_back(fmt::format(
        "not up to date with what has changed elsewhere: {} incidents; the next fetch asks for them", left));
  }
  return all;
}

Result<Fetched> MirrorService::ask_what_changed(const CallRequest& call, store::Database& database,
                                                store::Time oldest) {
  const std::string& instance = call.instance->name;
  // What changes while it answers is asked for the next time.
  const store::Time begun = store::now();
  BERTH_TRY(const Json before, store::FetchStates(database).get(instance, FetchKind::Mirrored));
  const std::string since = before.text_or("time", server::time_text(oldest));
  Fetched asked = fetch_call(calls_, kModified, with_arguments(call, Json::object().set("lastUpdate", since)));
  std::optional<std::vector<std::string>> ids;  // empty: nobody knows which
  if (asked.went_well()) {
    auto named = server::modified_ids_from(asked.call->new_entries);
    if (named) {
      ids = *std::move(named);
    } else {
      asked.problem = named.error().message();
    }
  } else if (meaning_of(asked) == MirrorError::NotImplemented) {
    asked.problem.clear();
    asked.call->new_entries.clear();
    asked.call->warnings.push_back(fmt::format("'{}' is not implemented: each open incident is asked for", kModified));
  }
  show_entries(asked);
  if (!asked.went_well()) return asked;
  // From here on each incident that was named is asked for until it comes or is given up, so the time moves on for all.
  const auto kept = database.transaction([&]() -> Result<void> {
    MirrorTurns turns(database);
    BERTH_CHECK_OK(ids ? turns.want(instance, *ids) : turns.want_open(instance));
    // Another round may have been kept while this call ran: what it set is no older than what this one has.
    BERTH_TRY(const Json now, store::FetchStates(database).get(instance, FetchKind::Mirrored));
    if (!(now == before)) return {};
    BERTH_CHECK_OK(keep_mirror_run(database, asked, instance));
    const Json time = Json::object().set("time", server::time_text(begun));
    return store::FetchStates(database).set(instance, {{FetchKind::Mirrored, time}});
  });
  if (!kept) asked.problem = kept.error().message();
  return asked;
}

Result<void> MirrorService::count_failure(store::Database& database, const MirrorTurn& turn, Fetched& fetched) {
  MirrorTurns turns(database);
  // A container that cannot be had is no incident's fault.
  const bool never_ran = !fetched.call && fetched.call.error().is_start;
  if (never_ran || meaning_of(fetched) == MirrorError::Everything) return turns.put_off(turn.id);
  BERTH_TRY(const std::int64_t tries, turns.went_wrong(turn));
  if (tries < MirrorTurns::kMostTries) return {};
  if (tries == MirrorTurns::kMostTries) {
    const auto noted = note_given_up(calls_.scene(), turn.id, fetched);
    if (!noted && fetched.call) fetched.call->warnings.push_back(noted.error().message());
  }
  fetched.problem += fmt::format(" (given up after {} tries, until the incident changes elsewhere)", tries);
  return {};
}

Fetched MirrorService::receive_one(const CallRequest& call, store::Database& database, const MirrorTurn& turn) {
  Scene& scene = calls_.scene();
  const store::Time begun = store::now();
  auto visit = scene.visit(std::to_string(turn.id));
  if (!visit) return failed("get-remote-data", turn.id, visit.error());
  const auto incident = server::mirrored_incident(database, turn.id);
  if (!incident) return failed("get-remote-data", turn.id, incident.error());
  const auto mirror = store::Mirrors(database).get(turn.id);
  if (!mirror) return failed("get-remote-data", turn.id, mirror.error());
  const store::Time since = mirror->asked.value_or(incident->investigation.created);
  Json args = Json::object();
  args.set("id", incident->terms.remote_id).set("lastUpdate", server::time_text(since));
  Fetched fetched = fetch_call(calls_, "get-remote-data", with_arguments(call, args));
  fetched.incidents.push_back(std::to_string(turn.id));
  if (!fetched.went_well()) {
    show_entries(fetched);
    return fetched;
  }
  CallAnswer& answer = *fetched.call;
  const Mask mask_of(answer.secrets);
  std::vector<server::NewEntry> came = std::exchange(answer.new_entries, {});
  for (server::NewEntry& one : came) one.entry = mask_of.in_json(one.entry);  // it is kept for others
  server::RemoteData data = server::remote_data_from(std::move(came));
  const auto posted = database.transaction([&]() -> Result<server::Posted> {
    BERTH_TRY(server::Posted merged,
              server::merge_remote_data(scene.state(), turn.id, data, {answer.id, "", true}, scene.script(), begun));
    BERTH_CHECK_OK(MirrorTurns(database).came(turn));
    BERTH_CHECK_OK(keep_mirror_run(database, fetched, call.instance->name));
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
