// The most downloaded packages of an index, with their ranks: what names are compared with.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

// Names in the order of their ranks, the most downloaded first. Refers to the text that it was made from, which must
// live longer.
class PopularNames {
 public:
  // `text` has one name a line, normalised, in the order of downloads; lines that begin with `#` are comments. A name
  // that stands twice keeps its better rank.
  // Errors: InvalidInput, with the line, for what is not a normalised name; Exhausted past a million names.
  static Result<PopularNames> parse(std::string_view text);

  // The start set that comes with the program.
  static const PopularNames& built_in();

  // 1 for the most downloaded.
  std::optional<int> rank_of(std::string_view normal_name) const;
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  std::vector<std::string_view> names_;
  std::unordered_map<std::string_view, int> ranks_;
};

}  // namespace berth::vet
