// Ctrl-C and its kin as something to wait for.
#pragma once

#include <functional>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::cli {

// A descriptor that becomes readable at SIGINT, SIGTERM or SIGHUP, which then do nothing else: a call is ended in
// order, and its container with it.
Result<UniqueFd> watch_interrupts();

// Runs a command's work, which then ends with its clean-up (sys/interrupt) and not with the process. `work` is given
// the descriptor, for what waits for it itself. Its answer, 130 where it went wrong and a signal had come, or that of
// `complain` where the signals cannot be watched.
int with_interrupts(const std::function<int(int descriptor)>& work);

}  // namespace berth::cli
