// The arguments that may be added to any call, and speak to the server rather than to the code. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/context_extension.h"

namespace berth::content {

struct ReservedArguments {
  std::vector<std::string> instances;  // using: run there only; empty: wherever the command is known
  std::vector<std::string> brands;     // using-brand
  bool raw_response = false;           // show the raw response instead of what is made for people
  bool ignore_outputs = false;         // leave the context alone, but for `extensions`
  bool debug_mode = false;
  std::vector<ContextExtension> extensions;               // extend-context
  std::optional<std::chrono::seconds> execution_timeout;  // empty: the command's own
  int retry_count = 0;                                    // tries after the first
  std::chrono::seconds retry_interval{30};                // between two tries
  std::vector<std::string> notes;                         // what was taken and changes nothing here: auto-extract
};

// Types and checks what check_arguments() split off as `CallArguments::reserved`: names of instances and brands with
// commas between; true, false, yes or no; whole seconds up to 30 days; 0 to 100 tries. An empty value counts as not
// given, as for any argument.
// Errors: InvalidInput, "argument 'retry-count': ...", with what to write.
Result<ReservedArguments> parse_reserved_arguments(const Json& reserved);

}  // namespace berth::content
