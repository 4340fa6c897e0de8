// Things tried out where they can do no harm: in a copy of this process that has namespaces of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "berth/base/result.h"

namespace berth::doctor {

// Runs `body` in a copy of this process, in the new namespaces that the CLONE_NEW flags name. For an ordinary user
// they belong to a user namespace of its own, in which it is root. Whatever was made is gone with the copy.
// Errors: those of starting the copy, in front of them "start a process"; that of `body`; TimedOut.
Result<void> attempt(std::uint64_t namespaces, const std::function<Result<void>()>& body,
                     std::chrono::milliseconds time_limit = std::chrono::seconds(5));

// A new user namespace in which this process' user is root and can mount. Errors: Denied; Exhausted.
Result<void> attempt_user_namespace();

}  // namespace berth::doctor
