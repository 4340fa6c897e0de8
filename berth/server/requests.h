// The calls of the `demisto` object that the server's memory answers (docs/protocol.md, "Built-in calls").
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/built_in.h"
#include "berth/server/indicator_json.h"
#include "berth/server/integration_memory.h"
#include "berth/store/indicators.h"

namespace berth::server {

// What a request works on.
struct RequestScene {
  CommandScene commands;
  IntegrationMemory& memory;
  std::string brand;  // of the calling integration; empty for a script
  std::function<void(std::string_view text, bool is_error)> on_health;  // updateModuleHealth; may be empty
  int feed_score = 0;  // of all indicators that the call creates (IndicatorSource::score)
};

// Whether `name` is a built-in call. Errors of answering one come from answer_request.
bool is_built_in_request(std::string_view name);

// The answer. Errors: Denied when items of the caller's kind have no such call; Unavailable for the calls that only the
// original's server can answer (its own HTTP interface, mappers), saying so; those of the call itself.
Result<Json> answer_request(std::string_view name, const Json& args, const RequestScene& scene);

// Makes an investigation of each incident, as demisto.incidents and createIncidents give them: {"name", "occurred",
// "rawJSON", "type", "severity", "labels", ...}. Mirroring of those that ask for it begins with them as they are
// (with_own_mirror_terms). In a transaction of the caller's where there is one. The ids.
// Errors: InvalidInput for one that is no object, or has fields that are none.
Result<std::vector<std::string>> create_incidents(store::Database& database, const Json& incidents,
                                                  const std::string& brand, const std::string& instance);

// Stores indicators and their relationships, all or none. Errors: InvalidInput.
Result<store::Upserted> create_indicators(store::Database& database, const Json& indicators,
                                          const IndicatorSource& source);

}  // namespace berth::server
