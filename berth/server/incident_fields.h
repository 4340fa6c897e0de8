// The fields of an incident: which stand in it by themselves, and which under CustomFields.
#pragma once

#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::server {

// Fields as a command or a fetch gives them (`name`, `severity`: a number or "high", `labels`, `customFields`, and any
// other name, which is a custom field), put into the form that incidents have. Errors: InvalidInput for a severity that
// is none, and for customFields that are no object.
Result<Json> incident_fields_of(const Json& given);

// Puts `fields` into `incident`; of CustomFields only those that are given change.
void merge_incident_fields(Json& incident, const Json& fields);

}  // namespace berth::server
