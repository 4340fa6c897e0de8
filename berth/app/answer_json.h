// The answer of a call as JSON (docs/protocol.md, "The answer of `berth run --json`").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/app/command_service.h"
#include "berth/base/error.h"
#include "berth/base/json.h"

namespace berth::app {

constexpr int kAnswerSchema = 1;

// `begun_ns` is when the program began; times of the trace count from there. `context` is what the run left.
Json answer_json(const CallAnswer& answer, const Json& context, std::int64_t begun_ns, bool with_trace);

// The answers to one line: `answers`, each as above with `brand` and `instance` and without the context, which stands
// once; `entries`, of all of them.
Json answers_json(const std::vector<CommandAnswer>& answers, const std::string& investigation, const Json& context,
                  std::int64_t begun_ns, bool with_trace);

// The first exit status that is not 0, in the order of the answers.
int exit_code_of_all(const std::vector<CommandAnswer>& answers);

// A line of the log as it stands in `log`.
Json log_line_json(const engine::LogLine& line);

// The same form for a call that could not begin.
Json error_json(const Error& error, int exit_code);

// What a person is shown of an answer and the form above leaves out; read_answer puts both together.
Json view_json(const CallAnswer& answer);

// The phases of a call with the times they ended, in milliseconds since `begun_ns`.
Json trace_json(const CallAnswer& answer, std::int64_t begun_ns);

}  // namespace berth::app
