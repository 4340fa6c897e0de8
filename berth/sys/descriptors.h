// Descriptors: of a process that was copied from another, and what can be told of one.
#pragma once

#include <vector>

namespace berth::sys {

// Closes all but `kept`; negative ones are passed over. For the first moment of a child: what else it has are copies,
// which would keep pipes open that their readers wait for.
void close_all_but(std::vector<int> kept);

// Whether a read from it would not wait: something has come, or its other end is gone. Does not wait.
bool is_readable(int descriptor);

}  // namespace berth::sys
