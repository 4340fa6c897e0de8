#include "berth/dt/list_index.h"

#include <algorithm>

#include "berth/dt/primitive.h"

namespace berth::dt {

std::optional<std::string> ListIndex::bucket(const Json& element) const {
  std::string whole;
  for (const std::string& key : keys_) {
    const MemberAnswer member = member_of(&element, key);
    // A member of null: the condition holds for no other, and for this one never.
    if (member.what == Member::Thrown) return "thrown";
    const auto one = member.what == Member::Found ? bucket_of(member.value) : std::nullopt;
    if (!one) return std::nullopt;
    whole += std::to_string(one->size()) + ":" + *one;
  }
  return whole;
}

void ListIndex::add(const Json& element) {
  const auto where = bucket(element);
  (where ? buckets_[*where] : odd_).push_back(size_++);
}

std::optional<std::vector<std::size_t>> ListIndex::candidates(const Json& obj) const {
  const auto where = bucket(obj);
  if (!where) return std::nullopt;
  std::vector<std::size_t> positions = odd_;
  if (const auto found = buckets_.find(*where); found != buckets_.end()) {
    positions.insert(positions.end(), found->second.begin(), found->second.end());
    std::ranges::sort(positions);
  }
  return positions;
}

}  // namespace berth::dt
