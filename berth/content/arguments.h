// The arguments of one call: what was declared against what was given. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"
#include "berth/content/item.h"

namespace berth::content {

// What arguments a script or command takes.
struct Signature {
  std::string owner;  // for errors: "script 'X'", "command 'x-get'"
  const std::vector<Argument>& arguments;
  bool any_argument = false;
};

struct CallArguments {
  Json args = Json::object();      // what code sees; every value text, but a keyValue argument an object
  Json reserved = Json::object();  // debug-mode, using, ...: for the engine, not for the code
  std::vector<std::string> notes;  // deprecated arguments that were used
};

// Checks what was given and adds the defaults (an empty default counts as none). A declared argument goes before a
// reserved word of the same name. A keyValue argument is a JSON object, or `key=value` pairs with commas between.
//
// Errors, all InvalidInput: an argument that is not known (with the nearest name), is given twice, is required and
// missing or empty, or is outside a closed list of values (of a list argument that is a note); a bare value where no
// argument takes one, or several are declared to, or a second one.
Result<CallArguments> check_arguments(const Signature& signature, const std::vector<Assignment>& given);

std::vector<std::string> argument_names(const std::vector<Argument>& arguments);

// The elements of a list argument as content's own helpers read it: a JSON list, else what stands between commas,
// trimmed.
std::vector<std::string> list_elements(std::string_view text);

// The texts in `args` that stand for arguments declared secret; callers mask them.
std::vector<std::string> secret_values(const std::vector<Argument>& arguments, const Json& args);

// Whether `name` may be added to any call.
bool is_reserved_argument(std::string_view name);

}  // namespace berth::content
