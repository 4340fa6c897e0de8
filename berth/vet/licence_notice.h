// Notices that name a licence without its text: "either version 2 of the License, or (at your option) any later
// version".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

// The licences that notices among `words` (licence_words) name, as SPDX ids, each once, in their order: those of GNU
// with their versions and whether later ones are allowed, Apache, Mozilla and a few more that are mostly named. A
// notice of GNU without a version counts as its first version or a later one.
std::vector<std::string> licences_noticed(const std::vector<std::string>& words);

struct IdentifiedLicences {
  std::vector<std::string> ids;  // each once; compound expressions in parentheses
  std::string unread;            // the first that is no expression of the SPDX list; empty for none
};

// What stands behind `SPDX-License-Identifier:` in lines of `text`.
IdentifiedLicences licences_identified(std::string_view text);

}  // namespace berth::vet
