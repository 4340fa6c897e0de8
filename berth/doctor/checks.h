// All checks, in the order in which they are made and shown.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct Check {
  std::string_view name;      // what can be typed
  std::string_view subject;   // what it belongs to: "kernel", "cgroups", ...
  std::string_view question;  // in one line
  CheckResult (*make)(const Asked&);
};

std::span<const Check> checks();

// Those that are named, in the order of the table; all when `names` is empty.
// Errors: InvalidInput for a name that is none, with a suggestion.
Result<std::vector<Check>> choose_checks(const std::vector<std::string>& names);

struct CheckedCheck {
  Check check;
  CheckResult result;
  std::chrono::microseconds took{0};
};

// Makes the checks one after the other. Each looks for itself, so that one alone says what it says among all.
std::vector<CheckedCheck> make_checks(const std::vector<Check>& chosen, const Asked& asked);

}  // namespace berth::doctor
