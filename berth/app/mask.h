// Secrets taken out of what is shown. A best effort: a script that has a secret can write it in ways nobody foresees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"

namespace berth::app {

// Finds secrets in all their forms (mask_forms) in one pass over a text. Any number of threads may use it.
class Mask {
 public:
  explicit Mask(const std::vector<std::string>& secrets);

  // `text` with each secret of four bytes or more replaced by "********"; what overlaps becomes one.
  std::string in_text(std::string_view text) const;
  // The same in every text of `value`, names of members included.
  Json in_json(const Json& value) const;

 private:
  struct Form {
    std::string folded;  // in lower case
    std::string text;
    bool any_case = false;
  };

  static std::uint32_t key_of(std::string_view begin);  // of its first four bytes
  static std::size_t hash_of(std::uint32_t key) { return (key * 0x9e3779b1u) >> 16; }
  // The size of the longest form that begins there, or 0. `low` is `text` in lower case.
  std::size_t match_at(std::string_view text, std::string_view low, std::size_t at, std::uint32_t key) const;

  std::vector<Form> forms_;       // by key
  std::vector<bool> beginnings_;  // whether a form may begin so, by hash; empty without forms
};

// The same for one text or value.
std::string mask(std::string_view text, const std::vector<std::string>& secrets);
Json mask_json(const Json& value, const std::vector<std::string>& secrets);

}  // namespace berth::app
