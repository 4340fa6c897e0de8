// Ctrl-C and its kin as something to wait for.
#pragma once

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::cli {

// A descriptor that becomes readable at SIGINT, SIGTERM or SIGHUP, which then do nothing else: a call is ended in
// order, and its container with it.
Result<UniqueFd> watch_interrupts();

}  // namespace berth::cli
