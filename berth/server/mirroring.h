// What goes over when an incident is kept alike here and elsewhere, and what is kept of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/script.h"
#include "berth/server/investigation.h"
#include "berth/server/mirror_fields.h"
#include "berth/server/state.h"
#include "berth/store/database.h"
#include "berth/store/investigations.h"

namespace berth::server {

struct MirroredIncident {
  store::Investigation investigation;
  MirrorTerms terms;
};

// Errors: NotFound when there is none, or it has no id elsewhere or no direction.
Result<MirroredIncident> mirrored_incident(store::Database& database, store::InvestigationId id);

// --- out -------------------------------------------------------------------------------------------------------------

// What the other side has not been told of an incident.
struct OutgoingUpdate {
  Json args = Json::object();  // of update-remote-system: data, delta, entries, incidentChanged, remoteId, status
  std::optional<bool> closed;  // what it tells of the end; empty: nothing has changed there
  std::vector<store::EntryId> entries;
};

// Takes note of an incident as it is now; what changes from here on goes over.
Result<void> begin_mirroring(store::Database& database, const store::Investigation& investigation);

// Empty when there is nothing to tell. Of an incident that is looked at for the first time only entries go over: how it
// is now is taken for what the other side knows.
Result<std::optional<OutgoingUpdate>> outgoing_update(store::Database& database, const MirroredIncident& incident);
// The other side has been told. Of what it knows only that changes: something may have come from there meanwhile.
Result<void> keep_sent(store::Database& database, store::InvestigationId id, const OutgoingUpdate& update);

// --- in --------------------------------------------------------------------------------------------------------------

// The ids in what get-modified-remote-data answered: a list, or JSON text of one.
// Errors: InvalidInput when it is none. Pure.
Result<std::vector<std::string>> modified_ids_from(const std::vector<NewEntry>& entries);

// What get-remote-data answered.
struct RemoteData {
  Json fields = Json::object();   // of the incident, as it has them here
  std::vector<NewEntry> entries;  // to be posted
  bool closes = false;            // dbotIncidentClose, with closeReason and closeNotes
  std::string close_reason;
  std::string close_notes;
  bool reopens = false;  // dbotIncidentReopen
};

// The first entry that holds a JSON object is the incident; empty objects and nulls are nothing. Pure.
RemoteData remote_data_from(std::vector<NewEntry> entries);

// Merges the fields, closes or opens the investigation where it is otherwise, posts the entries and keeps `asked`, all
// or nothing. What came from elsewhere does not go back there. Where changes go out, what was changed here and has not
// gone over stays as it is, and will.
// Errors: as for Investigation::post.
Result<Posted> merge_remote_data(State& state, store::InvestigationId id, RemoteData& data, const Posting& posting,
                                 dt::Script& script, store::Time asked);

}  // namespace berth::server
