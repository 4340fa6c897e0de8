// Questions to people outside: an entitlement is given, and an answer comes back for it.
#pragma once

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/built_in.h"

namespace berth::server {

// demisto.handleEntitlementForUser ({incidentID, guid, taskID, email, content}): the answer becomes an entry of the
// investigation, with the tag that addEntitlement was given. The GUID is the right to do so, whoever brings it: it was
// handed out for this, and cannot be guessed. It is used up when the answer is kept, and not before. A task is closed
// by nobody, since no playbook runs here. Errors: InvalidInput without an incident or a GUID; NotFound for a GUID that
// was not given there, or was used up; as for Investigation::post.
Result<Json> handle_entitlement(const Json& args, const CommandScene& scene);

}  // namespace berth::server
