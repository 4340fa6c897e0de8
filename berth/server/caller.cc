#include "berth/server/caller.h"

#include <fmt/format.h>

namespace berth::server {

Result<void> check_reach(const Caller& caller, std::string_view own_investigation, std::string_view wanted) {
  if (wanted == own_investigation || caller.may_reach_others()) return {};
  return fail(Errc::Denied, fmt::format("'{}' runs in investigation {} and may not reach investigation {}; an operator "
                                        "can allow it: rights.other_investigations",
                                        caller.item, own_investigation, wanted.substr(0, 100)));
}

}  // namespace berth::server
