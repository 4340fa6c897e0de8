// What the reserved arguments of a command make of its entries.
#pragma once

#include <string>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/base/json.h"
#include "berth/dt/script.h"

namespace berth::app {

// Changes an entry as it is to be posted. What could not be done, a line each.
std::vector<std::string> apply_recording(Json& entry, const Recording& recording, dt::Script& script);

}  // namespace berth::app
