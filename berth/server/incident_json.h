// Investigations, incidents and entries as content sees them.
#pragma once

#include <string>

#include "berth/base/json.h"
#include "berth/store/entries.h"
#include "berth/store/investigations.h"

namespace berth::server {

// "2026-11-26T04:05:06.789Z" (RFC 3339).
std::string time_text(store::Time time);

// What `demisto.investigation()` gives.
Json investigation_json(const store::Investigation& investigation);

// What `demisto.incident()` gives: the stored fields, and those that every incident has. Null when there is none.
Json incident_json(const store::Investigation& investigation);

// What an incident has that does not say so itself.
struct UsualMembers {
  std::string id;
  std::string name;
  std::string type;
  store::Time created;
};
// `incident`, an object, with the members that every incident has, where it has not.
Json with_usual_members(Json incident, const UsualMembers& usual);

// Member `Metadata` of an entry that comes out of an investigation.
Json entry_metadata(const store::Entry& entry);

}  // namespace berth::server
