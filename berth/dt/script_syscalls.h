// What a script worker may ask of the kernel.
#pragma once

#include "berth/sys/seccomp_filter.h"

namespace berth::dt {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasShadowMemory = true;
#elif defined(__has_feature)
constexpr bool kHasShadowMemory = __has_feature(address_sanitizer);
#else
constexpr bool kHasShadowMemory = false;
#endif

// Reading and writing its channel, memory that is never executable, the clock, random numbers, its own alarm and its
// end.
sys::SyscallPolicy script_worker_syscalls();

}  // namespace berth::dt
