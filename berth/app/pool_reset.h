// `/reset_containers`: what is kept ready for calls goes, so that the next ones begin anew.
#pragma once

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::app {

// Tells the daemon of `settings` to reset its pool, as `berth pool reset` does, and gives the entry that the line
// answers with. Where none runs there is no pool, which is an entry, too. Errors: those of the way to the daemon, and
// Unavailable for what it answers.
Result<Json> reset_containers(const Settings& settings);

}  // namespace berth::app
