// The search language of incidents and indicators: `type:IP and (score:>=2 or -verdict:Benign) name:"a b"`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::server {

enum class Comparison { Same, Less, LessOrSame, Greater, GreaterOrSame };

struct QueryTerm {
  std::string field;                         // empty: any text of the object
  std::vector<std::string> values;           // one of them; `*` at either end stands for anything
  Comparison comparison = Comparison::Same;  // another one has one value, a number or a point in time
};

// What must hold: a term, or all or any of the parts. `All` without parts holds of everything.
struct Query {
  enum class Kind { All, Any, Term };

  Kind kind = Kind::All;
  bool negated = false;
  std::vector<Query> parts;
  QueryTerm term;
};

// Terms are `field:value`, `field:"some text"`, `field:(one "or two")`, `field:>=value` (`>`, `<`, `<=` too) and a bare
// text. They are joined by `and`, which may be left out, and by `or`, which binds less; brackets group, and `-` or
// `not` turns what follows round. An empty text holds of everything. Errors: InvalidInput for what cannot be read, with
// its place, and for ranges in brackets (`[1 TO 5]`), which are not supported here; Exhausted past 100 terms or 32
// brackets inside of each other.
Result<Query> parse_query(std::string_view text);

// Whether the query holds of the object. Names and texts are compared without regard to case; a field is a member, or a
// member of its CustomFields, also with `incident.` before it; a list or an object matches when an element or a member
// of it does. Numbers are compared as numbers, points in time as such, and other values are neither less nor greater.
bool matches(const Json& object, const Query& query);

// The value of such a field; null when there is none.
const Json* find_field(const Json& object, std::string_view name);

}  // namespace berth::server
