// A question to the daemon about itself.
#pragma once

#include <string>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/cli/commands.h"

namespace berth::cli {

// Asks and gives the answer's object. Errors: Unavailable where no daemon runs; those that it answers with.
Result<Json> ask_daemon(const Surroundings& surroundings, const std::string& method, const std::string& target,
                        std::string body = "");

}  // namespace berth::cli
