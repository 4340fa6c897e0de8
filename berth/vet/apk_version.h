// Versions of Alpine's packages: digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]. Pure.
#pragma once

#include <compare>
#include <string_view>

namespace berth::vet {

// As version 3 of apk orders them: from the second number on, numbers with a leading zero compare as text; of the
// suffixes alpha, beta, pre and rc come before the end, cvs, svn, git, hg and p after it. What is no such version is
// ordered by as much of it as is one.
std::weak_ordering compare_alpine(std::string_view a, std::string_view b);

bool is_valid_alpine(std::string_view version);

}  // namespace berth::vet
