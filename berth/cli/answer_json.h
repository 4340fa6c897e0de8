// The answer of a call as JSON (docs/protocol.md, "The answer of `berth run --json`").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/app/command_service.h"
#include "berth/base/error.h"
#include "berth/base/json.h"

namespace berth::cli {

constexpr int kAnswerSchema = 1;

// `begun_ns` is when the program began; times of the trace count from there. `context` is what the run left.
Json answer_json(const app::CallAnswer& answer, const Json& context, std::int64_t begun_ns, bool with_trace);

// The answers to one line: `answers`, each as above with `brand` and `instance` and without the context, which stands
// once; `entries`, of all of them.
Json answers_json(const std::vector<app::CommandAnswer>& answers, const std::string& investigation, const Json& context,
                  std::int64_t begun_ns, bool with_trace);

// The same form for a call that could not begin.
Json error_json(const Error& error, int exit_code);

// The phases of a call with the times they ended, in milliseconds since `begun_ns`.
Json trace_json(const app::CallAnswer& answer, std::int64_t begun_ns);

}  // namespace berth::cli
