// The search language of incidents and indicators, as far as content uses it: `type:IP and -verdict:Malicious name:"a
// b"`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::server {

struct QueryTerm {
  std::string field;                // empty: any text of the object
  std::vector<std::string> values;  // one of them; `*` at either end stands for anything
  bool negated = false;
};

// Terms that must all hold: `field:value`, `field:"some text"`, `field:(one "or two")`, a bare text; `-` or `not`
// before one turns it round, `and` between them may be left out. An empty text gives no term. Errors: InvalidInput for
// `or`, brackets around terms and ranges (`>5`, `[1 TO 5]`), which are not supported here, with what to write instead;
// Exhausted past 100 terms.
Result<std::vector<QueryTerm>> parse_query(std::string_view text);

// Whether all terms hold of the object. Names and texts are compared without regard to case; a field is a member, or a
// member of its CustomFields; a list or an object matches when an element or a member of it does.
bool matches(const Json& object, const std::vector<QueryTerm>& terms);

}  // namespace berth::server
