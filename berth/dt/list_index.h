// The elements of a list by the members that a condition compares.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "berth/base/json.h"

namespace berth::dt {

// Positions in a list, not the values: the list may grow, and its elements may get other members, as long as those in
// `keys` stay loosely equal to what they were.
class ListIndex {
 public:
  explicit ListIndex(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  // Elements are added in their order.
  void add(const Json& element);
  std::size_t size() const { return size_; }

  // All positions, in order, at which the condition may hold for the new value `obj`; empty when only a look at every
  // element can say.
  std::optional<std::vector<std::size_t>> candidates(const Json& obj) const;

 private:
  std::optional<std::string> bucket(const Json& element) const;

  std::vector<std::string> keys_;
  std::unordered_map<std::string, std::vector<std::size_t>> buckets_;
  std::vector<std::size_t> odd_;  // what no bucket can be told of: they may match anything
  std::size_t size_ = 0;
};

}  // namespace berth::dt
