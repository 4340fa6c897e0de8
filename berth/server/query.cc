#include "berth/server/query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "berth/base/lower_case.h"
#include "berth/server/moment.h"

namespace berth::server {
namespace {

// `pattern` in lower case, with `*` at either end.
bool text_matches(std::string_view text, std::string_view pattern) {
  const std::string value = lower_case(text);
  const bool open_start = pattern.starts_with('*');
  while (pattern.starts_with('*')) pattern.remove_prefix(1);
  const bool open_end = pattern.ends_with('*');
  while (pattern.ends_with('*')) pattern.remove_suffix(1);
  if (open_start && open_end) return value.find(pattern) != std::string::npos;
  if (open_start) return value.ends_with(pattern);
  if (open_end) return value.starts_with(pattern);
  return value == pattern;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class T>
bool compares(const T& value, Comparison comparison, const T& wanted) {
  switch (comparison) {
    case Comparison::Same:
      return value == wanted;
    case Comparison::Less:
      return value < wanted;
    case Comparison::LessOrSame:
      return value <= wanted;
    case Comparison::Greater:
      return value > wanted;
    case Comparison::GreaterOrSame:
      return value >= wanted;
  }
  return false;
}

bool text_compares(std::string_view text, Comparison comparison, std::string_view wanted) {
  if (comparison == Comparison::Same) return text_matches(text, wanted);
  if (const auto number = number_of(wanted)) {
    const auto value = number_of(text);
    return value && compares(*value, comparison, *number);
  }
  const auto moment = parse_moment(wanted);
  const auto value = parse_moment(text);
  return moment && value && compares(*value, comparison, *moment);
}

bool value_matches(const Json& value, Comparison comparison, std::string_view wanted) {
  if (const Json::Array* items = value.as_array()) {
    return std::ranges::any_of(*items, [&](const Json& one) { return value_matches(one, comparison, wanted); });
  }
  if (const Json::Object* members = value.as_object()) {
    return std::ranges::any_of(*members,
                               [&](const Json::Member& one) { return value_matches(one.second, comparison, wanted); });
  }
  if (value.is_null()) return false;
  const std::string* text = value.as_string();
  return text_compares(text != nullptr ? *text : print_json(value), comparison, wanted);
}

bool term_holds(const Json& object, const QueryTerm& term) {
  const auto any = [&](const Json& value, bool inside) {
    return std::ranges::any_of(term.values, [&](const std::string& wanted) {
      const std::string pattern = lower_case(wanted);
      return value_matches(value, term.comparison, inside ? "*" + pattern + "*" : pattern);
    });
  };
  if (!term.field.empty()) {
    const Json* value = find_field(object, term.field);
    return value != nullptr && any(*value, false);
  }
  return object.is_object() &&
         std::ranges::any_of(*object.as_object(), [&](const Json::Member& member) { return any(member.second, true); });
}

}  // namespace

bool matches(const Json& object, const Query& query) {
  const auto holds = [&](const Query& part) { return matches(object, part); };
  switch (query.kind) {
    case Query::Kind::All:
      return std::ranges::all_of(query.parts, holds) != query.negated;
    case Query::Kind::Any:
      return std::ranges::any_of(query.parts, holds) != query.negated;
    case Query::Kind::Term:
      return term_holds(object, query.term) != query.negated;
  }
  return false;
}

const Json* find_field(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const std::string wanted = lower_case(name);
  for (const auto& [key, value] : *object.as_object()) {
    if (lower_case(key) == wanted) return &value;
  }
  for (const auto& [key, value] : *object.as_object()) {
    if (key != "CustomFields") continue;
    if (const Json* found = find_field(value, name)) return found;
  }
  constexpr std::string_view kOwner = "incident.";
  return wanted.starts_with(kOwner) ? find_field(object, name.substr(kOwner.size())) : nullptr;
}

}  // namespace berth::server
