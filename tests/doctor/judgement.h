// What a row of a table expects of a judgement.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "berth/doctor/check.h"

namespace berth::doctor {

struct Expected {
  Severity severity = Severity::Ok;
  const char* found = "";   // stands in the text
  const char* remedy = "";  // likewise
};

// True when `result` is as expected, and as every result has to be: one line each, with a remedy exactly where there
// is something to do.
inline testing::AssertionResult judged(const CheckResult& result, const Expected& expected) {
  const auto seen = [&] {
    return testing::AssertionFailure() << name_of(result.severity) << ": '" << result.found << "'; remedy '"
                                       << result.remedy << "': ";
  };
  const bool wants_remedy = result.severity == Severity::Warning || result.severity == Severity::Failure;
  if (result.severity != expected.severity) return seen() << "should be " << name_of(expected.severity);
  if (result.found.empty() || (result.found + result.remedy).find('\n') != std::string::npos) return seen() << "lines";
  if (result.remedy.empty() == wants_remedy) return seen() << "a remedy belongs to warnings and failures alone";
  if (result.found.find(expected.found) == std::string::npos) return seen() << "lacks '" << expected.found << "'";
  if (result.remedy.find(expected.remedy) == std::string::npos) return seen() << "no '" << expected.remedy << "' to do";
  return testing::AssertionSuccess();
}

}  // namespace berth::doctor
