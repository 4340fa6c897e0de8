// `${...}` in the text of an argument.
#pragma once

#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/script.h"

namespace berth::dt {

constexpr std::size_t kMostReferences = 1'000;         // in one text
constexpr std::size_t kMostExpandedBytes = 16u << 20;  // of a text with what its references stand for

// What lies outside the context.
class Lookup {
 public:
  enum class Scope { Incident, Inputs, Lists };  // `incident.NAME`, `inputs.NAME`, `lists.NAME`

  virtual ~Lookup() = default;
  // The value called `name`; null where there is none. What follows the name in the path is looked for in it.
  virtual Result<Json> find(Scope scope, std::string_view name) = 0;
};

// Puts in what the references in `text` stand for. A text that is one reference and nothing else is its value, of
// whatever type (null where nothing is there); otherwise strings are put in as they are, null as nothing, all else as
// JSON. Braces may be nested in a reference, in strings of its JavaScript they need no partner. A reference that is
// never closed, and one behind a backslash, stay as they are, backslash included. What is put in is not expanded again.
// `lookup` may be null: then the context alone is asked.
// Errors: those of evaluate and of `lookup`, with the reference; Exhausted past the bounds above.
Result<Json> expand(std::string_view text, const Json& context, Script& script, Lookup* lookup = nullptr);

// Whether there is anything to expand.
bool has_reference(std::string_view text);

}  // namespace berth::dt
