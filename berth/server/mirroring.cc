#include "berth/server/mirroring.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/server/incident_fields.h"
#include "berth/server/incident_json.h"
#include "berth/server/stored_investigation.h"
#include "berth/store/mirrors.h"

namespace berth::server {
namespace {

constexpr std::size_t kMostEntriesAtOnce = 500;  // that one update tells of; the next goes on
constexpr int kActive = 1;                       // how content numbers the states of an incident
constexpr int kDone = 2;

// What the other side is told of, as Mirror::known keeps it.
Json known_of(const store::Investigation& investigation) {
  return Json::object().set("fields", mirrored_fields(investigation)).set("closed", !investigation.is_open());
}

Json fields_in(const Json& known) {
  const Json* fields = known.find("fields");
  return fields != nullptr && fields->is_object() ? *fields : Json::object();
}

bool is_closed_in(const Json& known) {
  const Json* closed = known.find("closed");
  return closed != nullptr && closed->as_bool() != nullptr && *closed->as_bool();
}

// Takes `changes` (changes_between) and an end into what the other side knows, and leaves all else.
void set_known(Json& known, const Json& changes, std::optional<bool> closed) {
  Json fields = fields_in(known);
  for (const auto& [name, value] : *changes.as_object()) fields.set(name, value);
  known.set("fields", std::move(fields));
  if (closed) known.set("closed", *closed);
}

// The incident with its custom fields among the others as well, as content reads it.
Json data_of(const store::Investigation& investigation) {
  Json data = incident_json(investigation);
  const Json fields = mirrored_fields(investigation);
  for (const auto& [name, value] : *fields.as_object()) {
    if (data.find(name) == nullptr) data.set(name, value);
  }
  return data;
}

// What the contents of an entry are, also where they are the text of it; null when that is no JSON.
Json value_in(const Json& entry) {
  const Json* contents = entry.find("Contents");
  if (contents == nullptr) return {};
  const std::string* text = contents->as_string();
  if (text == nullptr) return *contents;
  auto parsed = parse_json(*text);
  return parsed ? *std::move(parsed) : Json();
}

bool is_set(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

bool is_nothing(const Json& entry) {
  const Json* contents = entry.find("Contents");
  if (contents == nullptr || contents->is_null()) return true;
  if (const std::string* text = contents->as_string()) return *text == "{}" || *text == "null" || *text == "None";
  return contents->is_object() && contents->as_object()->empty();
}

// Whether the entry says what becomes of the incident, rather than something to read.
bool take_end(const Json& entry, RemoteData& data) {
  const Json value = value_in(entry);
  if (is_set(value, "dbotIncidentClose")) {
    data.closes = true;
    data.close_reason = value.text_or("closeReason", "");
    data.close_notes = value.text_or("closeNotes", "");
    return true;
  }
  if (!is_set(value, "dbotIncidentReopen")) return false;
  data.reopens = true;
  return true;
}

// What has changed here and is still to be told, if it ever is, goes before what came.
void leave_unsent(const store::Investigation& investigation, const Json& known, RemoteData& data) {
  const auto terms = mirror_terms_of(investigation.incident);
  if (!terms || !terms->out || known.is_null()) return;
  if (is_closed_in(known) == investigation.is_open()) data.closes = data.reopens = false;
  const Json unsent = changes_between(fields_in(known), mirrored_fields(investigation));
  Json left = Json::object();
  for (const auto& [name, value] : *data.fields.as_object()) {
    if (name != "CustomFields") {
      if (unsent.find(name) == nullptr) left.set(name, value);
      continue;
    }
    Json custom = Json::object();
    for (const auto& [field, inner] : *value.as_object()) {
      if (unsent.find(field) == nullptr) custom.set(field, inner);
    }
    if (!custom.as_object()->empty()) left.set(name, std::move(custom));
  }
  data.fields = std::move(left);
}

// What of the investigation `data` changes, but for the entries. Gives it as it is then.
Result<store::Investigation> change(store::Investigations& investigations, const store::Investigation& before,
                                    const RemoteData& data) {
  const Json old = before.incident.is_object() ? before.incident : Json::object();
  Json incident = old;
  merge_incident_fields(incident, data.fields);
  Json changed = Json::object();
  for (const auto& [name, value] : *data.fields.as_object()) {
    const Json& now = *incident.find(name);
    const Json* earlier = old.find(name);
    if (earlier == nullptr || !(*earlier == now)) changed.set(name, now);
  }
  if (!changed.as_object()->empty()) {
    BERTH_CHECK_OK(investigations.set_incident_fields(before.id, changed));
  }
  if (data.closes && before.is_open()) {
    BERTH_CHECK_OK(investigations.close(before.id, data.close_reason, data.close_notes));
  } else if (data.reopens && !data.closes && !before.is_open()) {
    BERTH_CHECK_OK(investigations.reopen(before.id));
  }
  return investigations.get(before.id);
}

}  // namespace

Result<MirroredIncident> mirrored_incident(store::Database& database, store::InvestigationId id) {
  BERTH_TRY(store::Investigation found, store::Investigations(database).get(id));
  auto terms = mirror_terms_of(found.incident);
  if (!terms) return fail(Errc::NotFound, fmt::format("incident {} is not mirrored", id));
  return MirroredIncident{std::move(found), *std::move(terms)};
}

Result<void> begin_mirroring(store::Database& database, const store::Investigation& investigation) {
  store::Mirrors mirrors(database);
  BERTH_TRY(store::Mirror mirror, mirrors.get(investigation.id));
  mirror.known = known_of(investigation);
  return mirrors.set(investigation.id, mirror);
}

Result<std::optional<OutgoingUpdate>> outgoing_update(store::Database& database, const MirroredIncident& incident) {
  const store::Investigation& investigation = incident.investigation;
  store::Mirrors mirrors(database);
  BERTH_TRY(const store::Mirror mirror, mirrors.get(investigation.id));
  OutgoingUpdate update;
  Json delta = Json::object();
  if (mirror.known.is_null()) {
    BERTH_CHECK_OK(begin_mirroring(database, investigation));
  } else {
    delta = changes_between(fields_in(mirror.known), mirrored_fields(investigation));
    if (is_closed_in(mirror.known) == investigation.is_open()) update.closed = !investigation.is_open();
  }
  const bool is_changed = !delta.as_object()->empty() || update.closed.has_value();
  BERTH_TRY(const auto waiting, mirrors.waiting(investigation.id, incident.terms.tags, kMostEntriesAtOnce));
  if (!is_changed && waiting.empty()) return std::nullopt;
  Json entries = Json::array();
  for (const store::Entry& one : waiting) {
    entries.push_back(entry_for_remote(one));
    update.entries.push_back(one.id);
  }
  update.args.set("remoteId", incident.terms.remote_id).set("data", data_of(investigation));
  update.args.set("entries", std::move(entries)).set("incidentChanged", is_changed).set("delta", std::move(delta));
  update.args.set("status", investigation.is_open() ? kActive : kDone);
  return update;
}

Result<void> keep_sent(store::Database& database, store::InvestigationId id, const OutgoingUpdate& update) {
  return database.transaction([&]() -> Result<void> {
    store::Mirrors mirrors(database);
    BERTH_TRY(store::Mirror mirror, mirrors.get(id));
    const Json* delta = update.args.find("delta");
    if (mirror.known.is_null() || delta == nullptr) return fail(Errc::Internal, "keep an update that was never made");
    set_known(mirror.known, *delta, update.closed);
    BERTH_CHECK_OK(mirrors.set(id, mirror));
    return mirrors.mark(update.entries);
  });
}

Result<std::vector<std::string>> modified_ids_from(const std::vector<NewEntry>& entries) {
  std::vector<std::string> ids;
  for (const NewEntry& one : entries) {
    if (is_nothing(one.entry)) continue;
    const Json value = value_in(one.entry);
    if (!value.is_array()) return fail(Errc::InvalidInput, "get-modified-remote-data answered with no list of ids");
    for (const Json& id : *value.as_array()) {
      if (const std::string* text = id.as_string()) {
        ids.push_back(*text);
      } else if (id.is_number()) {
        ids.push_back(print_json(id));
      } else {
        return fail(Errc::InvalidInput, "get-modified-remote-data answered with an id that is neither text nor number");
      }
    }
  }
  return ids;
}

RemoteData remote_data_from(std::vector<NewEntry> entries) {
  RemoteData data;
  bool has_incident = false;
  for (NewEntry& one : entries) {
    if (!one.file && (is_nothing(one.entry) || take_end(one.entry, data))) continue;
    const Json value = has_incident || one.file ? Json() : value_in(one.entry);
    if (value.is_object()) {
      has_incident = true;
      data.fields = fields_from_remote(value);
    } else {
      data.entries.push_back(std::move(one));
    }
  }
  return data;
}

Result<Posted> merge_remote_data(State& state, store::InvestigationId id, RemoteData& data, const Posting& posting,
                                 dt::Script& script, store::Time asked) {
  BERTH_TRY(store::Database * database, state.database());
  BERTH_TRY(StoredInvestigation here, StoredInvestigation::open(state, std::to_string(id)));
  store::Mirrors mirrors(*database);
  store::Investigations investigations(*database);
  return database->transaction([&]() -> Result<Posted> {
    BERTH_TRY(const store::Investigation before, investigations.get(id));
    BERTH_TRY(store::Mirror mirror, mirrors.get(id));
    leave_unsent(before, mirror.known, data);
    BERTH_TRY(const store::Investigation after, change(investigations, before, data));
    Posted posted;
    if (!data.entries.empty()) {
      BERTH_TRY(posted, here.post(data.entries, posting, script));
    }
    std::vector<store::EntryId> came;
    for (const std::string& one : posted.ids) {
      BERTH_TRY(const store::EntryId entry, store::parse_entry_id(one));
      came.push_back(entry);
    }
    BERTH_CHECK_OK(mirrors.mark(came));

    if (mirror.known.is_null()) {
      mirror.known = known_of(after);
    } else {
      const bool ends = before.is_open() != after.is_open();
      set_known(mirror.known, changes_between(mirrored_fields(before), mirrored_fields(after)),
                ends ? std::optional(!after.is_open()) : std::nullopt);
    }
    mirror.asked = asked;
    BERTH_CHECK_OK(mirrors.set(id, mirror));
    return posted;
  });
}

}  // namespace berth::server
