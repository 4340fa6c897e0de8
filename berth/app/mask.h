// Secrets taken out of what is shown. A best effort: a script that has a secret can write it in ways nobody foresees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"

namespace berth::app {

// `text` with each of `secrets` (of four bytes or more; longest first), as it is and as JSON writes it, replaced by
// "********".
std::string mask(std::string_view text, const std::vector<std::string>& secrets);

// The same in every text of `value`, names of members included.
Json mask_json(const Json& value, const std::vector<std::string>& secrets);

}  // namespace berth::app
