#include "berth/store/stored_json.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store {
namespace {

bool is_deeper_than(const Json& value, std::size_t depth) {
  const auto deeper = [depth](const Json& inner) { return depth == 0 || is_deeper_than(inner, depth - 1); };
  if (const Json::Array* items = value.as_array()) return depth == 0 || std::ranges::any_of(*items, deeper);
  if (const Json::Object* members = value.as_object()) {
    return depth == 0 ||
           std::ranges::any_of(*members, [&](const Json::Member& member) { return deeper(member.second); });
  }
  return false;
}

}  // namespace

Result<std::string> stored_text_of(const Json& value, std::size_t limit_bytes, std::string_view what) {
  if (is_deeper_than(value, kMostStoredDepth)) {
    return fail(Errc::Exhausted, fmt::format("{}: it is nested deeper than {} levels", what, kMostStoredDepth));
  }
  std::string text = print_json(value);
  if (text.size() > limit_bytes) {
    return fail(Errc::Exhausted,
                fmt::format("{}: {} bytes as JSON are more than the limit of {}", what, text.size(), limit_bytes));
  }
  return text;
}

Result<std::string> stored_object_of(const Json& value, std::size_t limit_bytes, std::string_view what) {
  if (!value.is_object()) return fail(Errc::InvalidInput, fmt::format("{}: it must be a JSON object", what));
  return stored_text_of(value, limit_bytes, what);
}

Result<Json> json_of_stored(std::string_view text) {
  // As many values as there is text for: the text's own size is bounded where it was written.
  auto value = parse_json(text, {.depth = kMostStoredDepth + 1, .values = text.size() + 1});
  if (!value) return fail(Errc::Corrupt, fmt::format("stored JSON is damaged: {}", value.error().message()));
  return value;
}

}  // namespace berth::store
