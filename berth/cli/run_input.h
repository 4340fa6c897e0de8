// From the text of `berth run`'s options to a request: files and standard input are read here, and only here.
#pragma once

#include "berth/app/call_service.h"
#include "berth/base/result.h"
#include "berth/cli/options.h"

namespace berth::cli {

// Reads what the options name. Standard input can be taken once: for the script (`-`) or for one `name=-`.
// Errors: InvalidInput, NotFound, Exhausted, with the option at fault.
Result<app::CallRequest> read_request(const RunOptions& options, const app::Settings& settings);

// Puts the files and the context that the options name into `playground`.
Result<void> fill_playground(const RunOptions& options, app::Playground& playground);

}  // namespace berth::cli
