// Evaluating JavaScript that nobody has checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::dt {

// A name that an expression may use. Holds one value for all evaluations of a job, or one for each.
struct Binding {
  std::string name;
  std::vector<const Json*> values;
};

// One expression, evaluated once for each of `values` under the name `val`. Statements and functions may follow the
// expression after a ';'. Nothing of one job is seen by the next.
struct ScriptJob {
  std::string_view code;
  std::vector<const Json*> values;  // they must outlive the job
  std::vector<Binding> bindings;
  // What is wanted: the value, or only whether it counts as true. In the second case an evaluation that throws (a
  // member of a value that has none) counts as false, because lists hold unlike values.
  enum class Wanted { Value, Truth } wanted = Wanted::Value;
};

// An ECMAScript 5 engine. For one thread at a time.
class Script {
 public:
  virtual ~Script() = default;

  // One result for each value; undefined and functions are null, NaN and the infinities too, in both directions.
  // Errors: InvalidInput (no JavaScript, or an exception, with the engine's words); TimedOut; Exhausted (memory, or
  // values too large to hand in or out); Unavailable (the engine could not be started, or was ended by the kernel).
  virtual Result<Json::Array> evaluate(const ScriptJob& job) = 0;
};

}  // namespace berth::dt
