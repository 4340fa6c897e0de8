// A network namespace that belongs to a user namespace which this process is not in.
#pragma once

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// A new one that belongs to user namespace `owner` and has a loopback interface that is down. It holds no process: who
// has CAP_SYS_ADMIN in `owner` may enter it, who has CAP_NET_ADMIN there may change it. Costs a copy of this process,
// which must have one thread. Errors: Denied; Exhausted (a limit of namespaces); Unavailable.
Result<UniqueFd> make_network_namespace_of(int owner);

}  // namespace berth::sys
