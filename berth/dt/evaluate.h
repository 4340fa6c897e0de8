// What a DT expression finds in a context.
#pragma once

#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/dt/path.h"
#include "berth/dt/script.h"

namespace berth::dt {

// The value at `path`. A path through lists finds the values of all their elements, as one flat list; a list of one
// element is that element; what is not there is null. `script` is asked only for conditions and mutators that are
// beyond native_condition.h.
// Errors: those of Script::evaluate.
Result<Json> evaluate(const Path& path, const Json& root, Script& script);

// As above with a path that begins at `start`; binds begin at `root` all the same.
Result<Json> evaluate_from(const Json& start, const Path& path, const Json& root, Script& script);

// As the first. Errors: those of parse_path, too.
Result<Json> evaluate(std::string_view expression, const Json& root, Script& script);

}  // namespace berth::dt
