#include "berth/app/fetched.h"

#include "berth/app/mask.h"

namespace berth::app {

std::string first_error_of(const CallAnswer& answer) {
  for (const server::NewEntry& one : answer.new_entries) {
    const Json* type = one.entry.find("Type");
    if (type == nullptr || !type->is_int() || *type->as_int() != 4) continue;
    const Json* contents = one.entry.find("Contents");
    if (contents == nullptr) return "it answered with an error entry";
    return contents->is_string() ? *contents->as_string() : print_json(*contents);
  }
  return "";
}

std::int64_t listed_in(const std::vector<server::NewEntry>& entries) {
  std::int64_t count = 0;
  const auto add = [&](const Json& value) {
    if (value.is_array()) count += static_cast<std::int64_t>(value.as_array()->size());
  };
  for (const server::NewEntry& one : entries) {
    const Json* contents = one.entry.find("Contents");
    if (contents == nullptr) continue;
    const std::string* text = contents->as_string();
    if (text == nullptr) {
      add(*contents);
    } else if (const auto parsed = parse_json(*text)) {
      add(*parsed);
    }
  }
  return count;
}

Fetched fetch_call(CallService& calls, const std::string& command, CallRequest call) {
  call.command = command;
  call.is_fetch = true;
  Nesting nesting;
  nesting.callers.push_back(command);
  Fetched fetched{.command = command, .call = calls.call(call, nesting), .problem = "", .incidents = {}};
  if (!fetched.call) {
    fetched.problem = fetched.call.error().error.message();
    return fetched;
  }
  const CallAnswer& answer = *fetched.call;
  const bool completed = answer.outcome.cause == engine::Cause::Completed;
  fetched.problem = mask(completed ? first_error_of(answer) : answer.outcome.explanation, answer.secrets);
  return fetched;
}

}  // namespace berth::app
