// Indicators and relationships as content writes and reads them.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/indicators.h"
#include "berth/store/relationships.h"

namespace berth::server {

// Where an indicator comes from.
struct IndicatorSource {
  std::string brand;
  std::string instance;
  int score = 0;  // that the instance gives all of its indicators, whatever they say; 0: each its own
};

// An element of what `demisto.createIndicators` is given: `value`, `type`, `score`, `fields`, `rawJSON`, ...
// Errors: InvalidInput when it has no value.
Result<store::Indicator> indicator_from(const Json& json, const IndicatorSource& source);
// The members of `relationships` in such an element; those without both ends are left out.
std::vector<store::Relationship> relationships_from(const Json& json, const IndicatorSource& source);

// What searches give.
Json indicator_json(const store::Indicator& indicator);
Json relationship_json(const store::Relationship& relationship);

// 0 to 3 of a number, or of "Unknown", "Good", "Benign", "Suspicious", "Bad", "Malicious"; 0 for anything else.
int score_of(std::string_view text);

}  // namespace berth::server
