// Whether what this process does now is to end: Ctrl-C and its kin, where they are waited for and not obeyed at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "berth/base/result.h"

namespace berth::sys {

// For as long as it is there, work of this process ends once `descriptor` is readable. A process does one such work at
// a time, with as many threads as it likes. A descriptor below 0 is none.
class InterruptScope {
 public:
  explicit InterruptScope(int descriptor);
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
  ~InterruptScope();

 private:
  int before_;
};

// For work that takes long, to ask now and then. Errors: Unavailable once it is to end; never without a scope.
Result<void> check_interrupted();

// Reads from `fd` once there is something to read or its end, and waits no longer than until it is to end. 0 at the
// end. Errors: those of check_interrupted, and of reading.
Result<std::size_t> read_interruptibly(int fd, std::span<char> into);

// Sleeps, and no longer than until it is to end. Errors: those of check_interrupted.
Result<void> rest(std::chrono::milliseconds pause);

}  // namespace berth::sys
