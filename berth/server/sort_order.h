// The order that a search gives its answer in: `created.desc,name.asc`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::server {

struct SortKey {
  std::string field;
  bool descending = false;

  bool operator==(const SortKey&) const = default;
};

// Reads `field.asc,field.desc`; an empty text is no order. Errors: InvalidInput: a part without a field or without a
// direction, more than 16 parts.
Result<std::vector<SortKey>> parse_sort_order(std::string_view text);

// Sorts by the first key, equal ones by the next; what is equal in all keeps its place. Fields are found as in a query
// (server/query.h). Numbers, also those in a text, go before points in time, these before other texts, which are
// compared without regard to case. Objects that do not have a field stand behind those that do, whichever the
// direction.
void sort_by(std::vector<Json>& objects, const std::vector<SortKey>& keys);

}  // namespace berth::server
