// A request checked against its item, and what the script is told of it. No input or output but for the investigation.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/call_request.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/container/limits.h"
#include "berth/server/investigation.h"
#include "berth/wire/job.h"

namespace berth::app {

// What the code will see.
struct CheckedCall {
  Json args;
  Json params;
  std::optional<std::chrono::nanoseconds> timeout;  // of the command or the item
  std::vector<std::string> secrets;
  std::vector<std::string> notes;  // about the item and the arguments
  bool debug = false;
};

// Errors: InvalidInput for what the item does not declare, or declares otherwise (content/arguments, parameters).
Result<CheckedCall> check_call(const CallRequest& request);

// The score that an instance of a feed gives to all of its indicators (parameter feedReputation): 0 where it gives
// none. Pure.
int feed_score_of(const content::Item& item, const Json& params);

// The job but for its code and context.
wire::Job job_for(const CallRequest& request, const CheckedCall& checked);

// What the script sees as demisto.callingContext['context']. Errors: those of the investigation.
Result<Json> job_context(const CallRequest& request, const CheckedCall& checked, server::Investigation& investigation,
                         std::string_view image, const container::Limits& limits);

// Warnings of the item, and notes about its arguments.
std::vector<std::string> notes_of(const CallRequest& request, const CheckedCall& checked);

}  // namespace berth::app
