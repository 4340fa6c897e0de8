#include "berth/app/call_request.h"

#include <algorithm>

namespace berth::app {

bool CallAnswer::has_error_entry() const {
  const auto is_error = [](const Json& entry) {
    const Json* type = entry.find("Type");
    return type != nullptr && type->is_int() && *type->as_int() == 4;
  };
  return std::ranges::any_of(record.entries, is_error) ||
         std::ranges::any_of(new_entries, [&](const server::NewEntry& one) { return is_error(one.entry); });
}

int CallAnswer::exit_code() const {
  if (outcome.cause == engine::Cause::Completed && has_error_entry()) return engine::kErrorEntryExit;
  return engine::exit_code_of(outcome.cause);
}

}  // namespace berth::app
