// The system calls of the confined name forwarder.
#pragma once

#include "berth/sys/seccomp_filter.h"

namespace berth::net {

// What the serving loop and the allocator under it need; everything else fails with EPERM. Sockets are those of the
// internet only, and no memory becomes code.
sys::SyscallPolicy name_forwarder_syscalls();

}  // namespace berth::net
