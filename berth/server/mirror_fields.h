// Incidents that are kept alike here and elsewhere: what they say of it, and how each side's fields read on the other.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/store/entries.h"
#include "berth/store/investigations.h"

namespace berth::server {

// What an incident says in dbotMirrorId, dbotMirrorDirection (In, Out, Both) and dbotMirrorTags.
struct MirrorTerms {
  std::string remote_id;
  bool in = false;                // changes elsewhere come here
  bool out = false;               // changes here go there
  std::vector<std::string> tags;  // entries with one of them go there
};

// Empty when the incident has no id elsewhere, or no direction.
std::optional<MirrorTerms> mirror_terms_of(const Json& incident);

// An incident as `instance` makes it, with the terms that its rawJSON names (mirror_id, mirror_direction,
// mirror_instance, mirror_tags), as mappers would set them, where it has none of its own. Terms that name another
// instance are left out: one integration cannot have another one write.
Json with_own_mirror_terms(Json incident, const std::string& instance);

// What the other side may be told of: the fields of the incident with its custom fields among them, but for what the
// server keeps for itself. A closed one has closeReason, closeNotes and closingUserId.
Json mirrored_fields(const store::Investigation& investigation);

// The members of `now` that are otherwise in `before`, and an empty text for each that is gone.
Json changes_between(const Json& before, const Json& now);

// An incident from elsewhere as fields of ours: a name that is none of an incident's, that the server keeps for itself,
// or whose value cannot stand there, is a custom field. Nothing of it changes the terms of mirroring.
Json fields_from_remote(const Json& remote);

// An entry as update-remote-system is given it.
Json entry_for_remote(const store::Entry& entry);

}  // namespace berth::server
