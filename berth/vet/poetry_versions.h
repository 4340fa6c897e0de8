// Versions as poetry writes them, in the words of PEP 440. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

// What `^1.2`, `~1.2`, `1.*`, `>=1.2 <2` or `1.2 || ^2.0` takes: specifiers, one text for each of the alternatives; an
// empty text takes every version. A bare version is that very one. Nothing for what cannot be said so.
std::optional<std::vector<std::string>> specifiers_of_poetry(std::string_view text);

}  // namespace berth::vet
