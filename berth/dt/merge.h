// One merge into a context that is at hand as plain JSON.
#pragma once

#include <string_view>

#include "berth/dt/context.h"

namespace berth::dt {

// As Context::merge. Reads the whole of `context` to know its size: whoever merges more than once keeps a Context.
Result<void> merge(Json& context, std::string_view key, Json value, Script& script, ContextLimits limits = {});

}  // namespace berth::dt
