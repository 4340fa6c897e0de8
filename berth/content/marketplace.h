// The vendor's marketplaces: keys of content may end in the name of one. Pure.
#pragma once

#include <string_view>

namespace berth::content {

// The marketplace whose content a server of `platform` runs, by the name that demisto.demistoVersion() gives it or by
// that of the marketplace itself; `xsoar` for one that is not known.
std::string_view marketplace_of_platform(std::string_view platform);

// The marketplace that `key` ends with after a colon, case aside; empty when there is none.
std::string_view marketplace_suffix(std::string_view key);

// How well a key with the suffix `suffix` fits `marketplace`: 2 for its own, 1 for `xsoar` where it is one of the two
// kinds of xsoar, 0 for another's.
int suffix_rank(std::string_view suffix, std::string_view marketplace);

}  // namespace berth::content
