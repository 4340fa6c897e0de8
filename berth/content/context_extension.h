// `extend-context`: parts of a command's raw response that go into the context beside what its code puts there. Pure.
#pragma once

#include <functional>
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

// What an expression of the DT language finds in a response; null when nothing.
using FindByExpression = std::function<Result<Json>(const std::string& expression, const Json& response)>;

struct Extended {
  Json context = Json::object();      // key -> value, for the context
  std::vector<std::string> problems;  // a line for each key whose expression failed; all else is there
};

// The keys of `extensions` with what their paths find in `contents`. Paths are dotted (`a.b`, `a.[0].b`, also
// `a[0]`); a list is looked through element by element, and what only one element has stands alone. Anything else is an
// expression (`a(val.b==1).c`, `.=JSON.parse(val.x)`) and left to `find`; JavaScript about `val` may stand alone
// (`val.a + val.b` for `.=val.a + val.b`), unless the response has a member `val`. `contents` that is the text of a
// JSON object or list is read as such. What finds nothing leaves its key out.
Extended extend_context(const std::vector<ContextExtension>& extensions, const Json& contents,
                        const FindByExpression& find);

}  // namespace berth::content
