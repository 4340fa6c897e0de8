// Passes on between our own standard streams and a program in a container, until the program has ended.
#pragma once

#include "berth/base/result.h"
#include "berth/container/visit.h"

namespace berth::cli {

// `signals` is a signalfd of the signals that are the program's to take (SIGINT, SIGTERM, SIGHUP) and SIGWINCH. Returns
// when the program has ended and what it had written has been passed on; what others in the container write to the same
// streams is not waited for. Errors: those of the streams.
Result<void> relay(container::Visit& visit, int signals);

}  // namespace berth::cli
