// Where in the state folder what lies (docs/state.md).
#pragma once

#include "berth/app/settings.h"
#include "berth/server/state.h"

namespace berth::app {

// With the credentials that systemd has given this process, where it has.
server::StatePlaces state_places(const Settings& settings);

}  // namespace berth::app
