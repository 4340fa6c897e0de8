// Licences of which a text lets one choose: "dual licensed under the MIT or GPL-3.0, at your option". Pure.
#pragma once

#include <string>
#include <vector>

namespace berth::vet {

// Replaces each of `ids` (SPDX ids that `words`, as of licence_words, name) that binds by "(MIT OR GPL-3.0-only)",
// where the words offer it and a permissive licence side by side, say that one may choose, and name it nowhere else.
std::vector<std::string> with_choices(std::vector<std::string> ids, const std::vector<std::string>& words);

}  // namespace berth::vet
