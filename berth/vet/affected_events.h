// The events of an OSV range ("introduced", "fixed", "last_affected") as intervals. Pure.
#pragma once

#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/advisory.h"

namespace berth::vet {

struct EventIntervals {
  std::vector<AffectedInterval> intervals;
  std::vector<std::string> problems;
};

// Events stand in any order, and are taken in that of their versions. `introduced: "0"` is the first version of all;
// what is not before a `limit` (the last of several) is not affected. A bound that cannot be read leaves the range open
// at that end. Errors: InvalidInput for what is no event.
Result<EventIntervals> intervals_of_events(const std::vector<const Json*>& events, Ecosystem ecosystem);

}  // namespace berth::vet
