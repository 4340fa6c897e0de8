// The schema of the database, as the steps that lead to it.
#pragma once

#include <span>
#include <string_view>

namespace berth::store {

// Step N leads from schema N to N + 1; the number of steps is the schema of this program. A step that was released is
// never changed: what comes later is a step of its own. It runs without the enforcement of foreign keys, so that it can
// build a table anew, and is checked for them at its end.
std::span<const std::string_view> migrations();

}  // namespace berth::store
