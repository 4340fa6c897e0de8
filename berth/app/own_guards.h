// Which guards stand around a container of Berth's own making.
#pragma once

#include "berth/app/settings.h"
#include "berth/container/guards.h"

namespace berth::app {

// Said wherever a container ran without a user namespace.
inline constexpr const char* kNoUserNamespace =
    "isolation.user_namespace is off: ids in the container are those of this machine";

// `given`, but for what the operator's setting lowers. Guards that were lowered for a probe stay as they are.
inline container::Guards guards_for(const Settings& settings, container::Guards given) {
  if (!given.all_up() || settings.user_namespace) return given;
  return container::Guards(container::Weakening::by_operator_without_user_namespaces());
}

}  // namespace berth::app
