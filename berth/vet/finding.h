// What is said of a package, and why.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/package.h"

namespace berth::vet {

// From the mildest to the strongest: of several the strongest counts.
enum class Verdict {
  Allow,
  Ask,     // goes in with an approval (approvals.yaml) alone
  Refuse,  // does not go in; an approval that names the rule is needed, and the remedy says what is better
};

// "allow", "ask", "refuse".
constexpr std::string_view verdict_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Allow:
      return "allow";
    case Verdict::Ask:
      return "ask";
    case Verdict::Refuse:
      return "refuse";
  }
  return {};
}

constexpr Verdict strongest(Verdict a, Verdict b) { return std::max(a, b); }

// One judgement of one rule about one package. Texts may hold bytes of strangers: who shows them makes them visible.
struct Finding {
  Verdict verdict = Verdict::Allow;
  std::string rule;      // an id that approvals and reports name: "licence.denied", "name.look-alike", "advisory.high"
  Package package;       // of what
  std::string evidence;  // what was seen and where: "License-Expression in METADATA: 'GPL-3.0-only'"
  std::string remedy;    // what to do; empty for Allow
  // Of a weakness: what advisories call it, the first names it; the word for how grave it is, CVSS 3's score where one
  // is known, and the versions that end it, the earliest first.
  std::vector<std::string> ids = {};
  std::string severity = {};
  std::optional<double> score = {};
  std::vector<std::string> fixed = {};
  // Of a look-alike: the popular name, and its rank; 0 where it has none.
  std::string target = {};
  int rank = 0;

  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace berth::vet
