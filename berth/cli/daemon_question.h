// A question to the daemon about itself.
#pragma once

#include <string>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/cli/commands.h"
#include "berth/client/daemon.h"

namespace berth::cli {

// Errors: Unavailable where no daemon runs.
Result<client::Daemon> find_daemon(const Surroundings& surroundings);

// Asks and gives the answer's object. Errors: Unavailable where no daemon runs; those of client::ask_for_object.
Result<Json> ask_daemon(const Surroundings& surroundings, const std::string& method, const std::string& target);

}  // namespace berth::cli
