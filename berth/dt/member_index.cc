#include "berth/dt/member_index.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace berth::dt {
namespace {

// Up to here a look at each member is as fast.
constexpr std::size_t kFewMembers = 64;

std::size_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }

Json* find_one_by_one(Json::Object& members, std::string_view name) {
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->first == name) return &member->second;
  }
  return nullptr;
}

}  // namespace

// What is known of an object, its positions made; null at the first sight of it, for it may be the only one.
MemberIndex::Known* MemberIndex::known(const Json::Object& members) {
  const auto seen = std::ranges::find(known_, members.data(), &Known::begin);
  if (seen == known_.end() || seen->size != members.size()) {
    const auto oldest = seen != known_.end() ? seen : std::ranges::min_element(known_, {}, &Known::used);
    *oldest = {.begin = members.data(), .size = members.size(), .used = ++clock_, .positions = {}};
    return nullptr;
  }
  seen->used = ++clock_;
  if (seen->positions.empty()) {
    seen->positions.reserve(members.size() * 2);
    for (std::size_t i = 0; i < members.size(); ++i) seen->positions.emplace(hash_of(members[i].first), i);
  }
  return &*seen;
}

Json* MemberIndex::find(Json::Object& members, std::string_view name) {
  if (members.size() <= kFewMembers) return find_one_by_one(members, name);
  const Known* const index = known(members);
  if (index == nullptr) return find_one_by_one(members, name);
  Json* found = nullptr;
  std::size_t last = 0;
  for (auto [at, end] = index->positions.equal_range(hash_of(name)); at != end; ++at) {
    const std::size_t position = at->second;
    if (members[position].first != name || (found != nullptr && position < last)) continue;
    found = &members[position].second;
    last = position;
  }
  return found;
}

void MemberIndex::append(Json::Object& members, std::string name, Json value) {
  const auto seen = std::ranges::find(known_, members.data(), &Known::begin);
  const bool is_known = !members.empty() && seen != known_.end() && seen->size == members.size();
  if (is_known && !seen->positions.empty()) seen->positions.emplace(hash_of(name), members.size());
  members.emplace_back(std::move(name), std::move(value));
  if (!is_known) return;
  seen->begin = members.data();
  seen->size = members.size();
}

}  // namespace berth::dt
