// Exceptions from the policy that somebody answers for: approvals.yaml, reviewed like code. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/finding.h"
#include "berth/vet/python_specifier.h"

namespace berth::vet {

struct Approval {
  Ecosystem ecosystem = Ecosystem::PyPI;
  std::string name;     // normalised
  std::string written;  // of the versions: ">=1,<2"; for distributions one version, or empty for all
  PythonSpecifiers versions;
  std::string rule;  // "licence.denied", or "licence.*" for all below; what is malicious is named in full
  std::string id;    // of the advisory that alone is meant, or an alias of it; empty for all of the rule
  std::string reason;
  std::string who;
  std::chrono::system_clock::time_point until;  // the first moment at which it no longer counts
  std::string until_text;                       // "2027-01-31", the last day
  std::size_t line = 0;

  // Whether it speaks of this finding; whether it still counts is another question.
  bool covers(const Finding& finding) const;
  bool is_over(std::chrono::system_clock::time_point now) const { return now >= until; }
  // "licence.denied of requests >=1 (approved by ada until 2027-01-31: reason)".
  std::string text() const;
};

// A list under `approvals`, each with `package`, `rule`, `reason`, `who` and `until` (a date), and with `versions` and
// `ecosystem` (pypi, debian, alpine, rpm, image) where they are not all of PyPI; an `id` needs a rule `advisory.`.
// Errors: InvalidInput, with file, line and key.
Result<std::vector<Approval>> parse_approvals(std::string_view text, std::string_view name);

}  // namespace berth::vet
