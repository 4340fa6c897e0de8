// Names that content takes for granted because the vendor's common script imports them: classes and functions. Modules
// are not among them: common/surroundings.py has stand-ins for those.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace berth::content {

// The identifiers of `code` that stand for themselves: not after a dot, where they belong to something else. Words of
// texts and comments count as well. Pure.
std::set<std::string_view> free_identifiers(std::string_view code);

// Import lines for those of the names (`Dict`, `datetime`, `wraps`, ...) that are among the free identifiers of `code`;
// empty when there are none. So a common script of our own need not import them for scripts that do without: each costs
// milliseconds. `python2` leaves out what Python 2 does not have. Pure.
std::string imports_taken_for_granted(std::string_view code, const std::set<std::string_view>& free_identifiers,
                                      bool python2);

}  // namespace berth::content
