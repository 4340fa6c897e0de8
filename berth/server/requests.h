// The calls of the `demisto` object that the server's memory answers (docs/protocol.md, "Built-in calls").
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/server/built_in.h"
#include "berth/server/integration_memory.h"

namespace berth::server {

// What a request works on.
struct RequestScene {
  CommandScene commands;
  IntegrationMemory& memory;
  std::string brand;  // of the calling integration; empty for a script
  std::function<void(std::string_view text, bool is_error)> on_health;  // updateModuleHealth; may be empty
};

// Whether `name` is a built-in call. Errors of answering one come from answer_request.
bool is_built_in_request(std::string_view name);

// The answer. Errors: Denied when items of the caller's kind have no such call; Unavailable for the calls that only the
// original's server can answer (its own HTTP interface, mappers), saying so; those of the call itself.
Result<Json> answer_request(std::string_view name, const Json& args, const RequestScene& scene);

// Makes an investigation of each incident, as demisto.incidents and createIncidents give them: {"name", "occurred",
// "rawJSON", "type", "severity", "labels", ...}. In a transaction of the caller's where there is one. The ids.
// Errors: InvalidInput for one that is no object, or has fields that are none.
Result<std::vector<std::string>> create_incidents(store::Database& database, const Json& incidents,
                                                  const std::string& brand, const std::string& instance);

// Stores indicators and their relationships, all or none. Errors: InvalidInput.
Result<void> create_indicators(store::Database& database, const Json& indicators, const std::string& brand,
                               const std::string& instance);

}  // namespace berth::server
