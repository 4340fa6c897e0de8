// Names that are known for a malicious package.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "berth/base/result.h"

namespace berth::vet {

// Refers to the text that it was made from, which must live longer.
class MaliciousNames {
 public:
  // `text` has a normalised name a line and, behind a tab, who says so; `#` begins a comment.
  // Errors: InvalidInput, with the line, for what is no normalised name; Exhausted past a million names.
  static Result<MaliciousNames> parse(std::string_view text);

  // The start set that comes with the program.
  static const MaliciousNames& built_in();

  // Who says that packages of this name are malicious, empty where the list does not tell; nothing for other names.
  std::optional<std::string_view> source_of(std::string_view normal_name) const;
  std::size_t size() const { return sources_.size(); }

 private:
  std::unordered_map<std::string_view, std::string_view> sources_;
};

}  // namespace berth::vet
