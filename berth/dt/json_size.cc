#include "berth/dt/json_size.h"

#include <algorithm>

namespace berth::dt {

std::size_t member_bytes(std::string_view name) { return name.size() + 6; }  // quotes, a colon, a comma, blanks

std::size_t json_bytes(const Json& value) {
  if (const std::string* text = value.as_string()) return text->size() + 2;
  std::size_t bytes = 2;
  if (const Json::Array* items = value.as_array()) {
    for (const Json& item : *items) bytes += json_bytes(item) + 2;
    return bytes;
  }
  if (const Json::Object* members = value.as_object()) {
    for (const auto& [name, member] : *members) bytes += member_bytes(name) + json_bytes(member);
    return bytes;
  }
  return value.is_number() && !value.is_int() ? print_json(value).size() : 8;
}

std::size_t json_depth(const Json& value) {
  std::size_t below = 0;
  if (const Json::Array* items = value.as_array()) {
    for (const Json& item : *items) below = std::max(below, json_depth(item));
    return below + 1;
  }
  if (const Json::Object* members = value.as_object()) {
    for (const auto& member : *members) below = std::max(below, json_depth(member.second));
    return below + 1;
  }
  return 0;
}

}  // namespace berth::dt
