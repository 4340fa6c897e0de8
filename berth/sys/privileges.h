// Giving up privileges for good: capabilities, new privileges, ids.
#pragma once

#include <sys/types.h>

#include <span>

#include "berth/base/result.h"

namespace berth::sys {

// Takes user and group ids for good, without supplementary groups.
Result<void> become_user(uid_t uid, gid_t gid);

// Empties the bounding set, so that no program can be given a capability. Needs CAP_SETPCAP: call it before the ids
// change.
Result<void> drop_bounding_set();

// Empties the ambient, effective, permitted and inheritable sets. Nothing brings them back.
Result<void> clear_capabilities();

// Keeps one capability (CAP_...), permitted and effective, and gives all others up for good.
Result<void> keep_capability(int capability);

// Keeps some capabilities, permitted and effective, and gives all others up for good, also for what is executed. Needs
// CAP_SETPCAP.
Result<void> limit_capabilities(std::span<const int> capabilities);

// From here on no execve gains anything: setuid bits and file capabilities are ignored (prctl(2)).
Result<void> forbid_new_privileges();

}  // namespace berth::sys
