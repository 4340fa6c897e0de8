// What a script worker may ask of the kernel.
#pragma once

#include "berth/sys/seccomp_filter.h"

namespace berth::dt {

// Reading and writing its channel, memory that is never executable, the clock, random numbers, its own alarm and its end.
sys::SyscallPolicy script_worker_syscalls();

}  // namespace berth::dt
