// What each rule says, for who reads a report and not the documents.
#pragma once

#include <string_view>

namespace berth::vet {

struct RuleText {
  std::string_view rule;
  std::string_view text;  // a sentence: when it is found
  std::string_view page;  // where more is said, in the documents of Berth
};

// Of a rule that findings are made by (known_rules); nullptr for others.
const RuleText* find_rule_text(std::string_view rule);

}  // namespace berth::vet
