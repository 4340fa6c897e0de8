// A member of a JSON object that may not be there.
#pragma once

#include <string_view>

#include "berth/base/json.h"

namespace berth::server {

// Null where there is none, or where `object` is no object.
inline const Json& member(const Json& object, std::string_view key) {
  static const Json nothing;
  const Json* found = object.find(key);
  return found != nullptr ? *found : nothing;
}

}  // namespace berth::server
