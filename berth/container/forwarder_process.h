// What the processes have in common that pass connections on between this machine and a container.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::container {

// Listens on 127.0.0.1:`port` of the network namespace that this process is in. Errors: Unavailable when it is taken.
Result<UniqueFd> listen_on_loopback(std::uint16_t port);

// The same in network namespace `name_space`. This process must have one thread. Errors: as above.
Result<UniqueFd> listen_in_network(int name_space, std::uint16_t port);

// Leaves this process, a child of ours, no descriptors but `kept`, no privileges, and the death of its parent.
// `name_space` is the network that it goes to; -1: it stays where it is. Errors: those of the calls.
Result<void> give_up_rights(const std::vector<int>& kept, int name_space);

// Leaves it the few system calls that passing on takes. Errors: those of loading a filter.
Result<void> filter_calls();

}  // namespace berth::container
