// The arguments of a built-in command: text, as a person types it, or a value of any type, as a script hands it over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::server {

// Borrows the arguments, an object.
class CommandArguments {
 public:
  CommandArguments(std::string_view command, const Json& args) : command_(command), args_(args) {}

  // Null when it is not given, or null.
  const Json* find(std::string_view name) const;
  // Numbers and truth values as JSON writes them, lists and objects as JSON. Empty when not given.
  std::string text(std::string_view name) const;
  // Errors: InvalidInput, naming command and argument, when it is missing or empty.
  Result<std::string> needed_text(std::string_view name) const;
  // Errors: InvalidInput for what is no truth value (true, false, yes, no).
  Result<bool> flag(std::string_view name, bool otherwise = false) const;
  // Errors: InvalidInput for what is no whole number from `least` to `most`.
  Result<std::int64_t> number(std::string_view name, std::int64_t otherwise, std::int64_t least,
                              std::int64_t most) const;
  // A list as it is; a text that is a JSON list, or values with commas between, trimmed. Empty when not given.
  std::vector<std::string> texts(std::string_view name) const;
  // The value; a text that is a JSON object or list is read as one.
  Json value(std::string_view name) const;
  // Those whose names are not among `known`: fields.
  Json others(std::initializer_list<std::string_view> known) const;

  std::unexpected<Error> wrong(std::string_view name, std::string_view why) const;

 private:
  std::string_view command_;
  const Json& args_;
};

}  // namespace berth::server
