// An answer, read back from the JSON that tells of it.
#pragma once

#include "berth/app/call_request.h"
#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::app {

// What answer_json and view_json wrote of a call, as far as a person is shown it; secrets are masked in it already. A
// member that is not there counts as empty, so that an older program's answer can be read.
// Errors: Corrupt where a member is of another kind than is written there.
Result<CallAnswer> read_answer(const Json& answer, const Json& view);

}  // namespace berth::app
