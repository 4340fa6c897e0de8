// Where a value on the command line comes from: written there, in a file, on standard input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"

namespace berth::cli {

// Standard input, which one reader can have.
class StandardInput {
 public:
  // Errors: InvalidInput when another has taken it; Exhausted past the limit.
  Result<std::string> take(std::string_view reader, std::size_t limit_bytes);

 private:
  std::string taken_by_;
};

// Puts the value in that `assignment` names: `@file`, `-`, or `@@text` for a text that begins with an @. Any other
// stays. `option` is for errors, and names of files may be in them, never what the files hold.
Result<void> read_source(content::Assignment& assignment, std::string_view option, StandardInput& input);

Result<Json> read_json_file(const char* option, const std::string& path);

}  // namespace berth::cli
