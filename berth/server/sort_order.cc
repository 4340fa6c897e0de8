#include "berth/server/sort_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

#include "berth/base/lower_case.h"
#include "berth/base/text_parts.h"
#include "berth/base/utf8.h"
#include "berth/server/moment.h"
#include "berth/server/query.h"

namespace berth::server {
namespace {

constexpr std::size_t kMostKeys = 16;

// The kinds in the order that they are sorted in.
using Rank = std::variant<double, store::Time, std::string>;

struct Ranked {
  std::vector<std::optional<Rank>> ranks;  // one a key; empty where the object has no such field
  Json object;
};

std::optional<Rank> rank_of(const Json& value) {
  if (const Json::Array* items = value.as_array()) return items->empty() ? std::nullopt : rank_of(items->front());
  if (value.is_null()) return std::nullopt;
  const std::string* given = value.as_string();
  const std::string text = given != nullptr ? *given : print_json(value);
  if (text.empty()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // NaN is not less than anything, and nothing is less than it: no order at all.
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) return number;
  if (const auto moment = parse_moment(text)) return *moment;
  return lower_case(text);
}

}  // namespace

Result<std::vector<SortKey>> parse_sort_order(std::string_view text) {
  std::vector<SortKey> keys;
  if (trimmed(text).empty()) return keys;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    const std::string_view part = trimmed(text.substr(0, comma));
    const std::size_t dot = part.rfind('.');
    const std::string_view field = part.substr(0, dot);
    const std::string direction = dot == std::string_view::npos ? "" : lower_case(part.substr(dot + 1));
    if (field.empty() || (direction != "asc" && direction != "desc")) {
      return fail(Errc::InvalidInput,
                  fmt::format("'{}' is no order; write field.asc,field.desc", to_visible(part.substr(0, 100), false)));
    }
    if (keys.size() == kMostKeys) {
      return fail(Errc::InvalidInput, fmt::format("there are more than {} fields to sort by", kMostKeys));
    }
    keys.push_back({std::string(field), direction == "desc"});
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return keys;
}

void sort_by(std::vector<Json>& objects, const std::vector<SortKey>& keys) {
  if (keys.empty()) return;
  std::vector<Ranked> ranked;
  ranked.reserve(objects.size());
  for (Json& object : objects) {
    std::vector<std::optional<Rank>> ranks;
    for (const SortKey& key : keys) {
      const Json* value = find_field(object, key.field);
      ranks.push_back(value != nullptr ? rank_of(*value) : std::nullopt);
    }
    ranked.push_back({std::move(ranks), std::move(object)});
  }
  std::ranges::stable_sort(ranked, [&](const Ranked& a, const Ranked& b) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (a.ranks[i] == b.ranks[i]) continue;
      if (!a.ranks[i] || !b.ranks[i]) return a.ranks[i].has_value();
      return (*a.ranks[i] < *b.ranks[i]) != keys[i].descending;
    }
    return false;
  });
  std::ranges::transform(ranked, objects.begin(), [](Ranked& one) { return std::move(one.object); });
}

}  // namespace berth::server
