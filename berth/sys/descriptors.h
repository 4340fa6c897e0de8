// The descriptors of a process that was copied from another.
#pragma once

#include <vector>

namespace berth::sys {

// Closes all but `kept`; negative ones are passed over. For the first moment of a child: what else it has are copies,
// which would keep pipes open that their readers wait for.
void close_all_but(std::vector<int> kept);

}  // namespace berth::sys
