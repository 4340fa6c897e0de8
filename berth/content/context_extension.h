// `extend-context`: parts of a command's raw response that go into the context beside what its code puts there. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::content {

struct ContextExtension {
  std::string key;   // where it goes to
  std::string path;  // where it comes from; empty or ".": the whole response

  bool operator==(const ContextExtension&) const = default;
};

// Reads `Key=path::Key2=path2`; `Key=` and `Key=.` take the whole response. Only `=` and `::` outside brackets and
// quotes separate, so a key or path may be an expression.
// Errors: InvalidInput: an empty part, a part without `=` or without a key.
Result<std::vector<ContextExtension>> parse_context_extensions(std::string_view spec);

// The keys of `extensions` with what their paths find in `contents`, for the context. Paths are dotted (`a.b`,
// `a.[0].b`, also `a[0]`); a list is looked through element by element, and what only one element has stands alone.
// `contents` that is the text of a JSON object or list is read as such. A path that finds nothing leaves its key out.
// Errors: InvalidInput for a path that is an expression.
Result<Json> extend_context(const std::vector<ContextExtension>& extensions, const Json& contents);

}  // namespace berth::content
