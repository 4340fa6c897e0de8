// Python libraries as a person asks for them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// Most libraries or packages that one image is asked to have.
inline constexpr std::size_t kMostWishes = 500;

// `name[extra,...]specifier,...` of PEP 508. No marker and no address: the interpreter is known, and what is fetched
// comes from the indexes of this machine alone.
struct Requirement {
  std::string name;                     // as PEP 503 normalizes it: "ruamel-yaml"
  std::vector<std::string> extras;      // normalized, sorted, each once
  std::vector<std::string> specifiers;  // ">=2", "<3": sorted, each once, without blanks

  friend auto operator<=>(const Requirement&, const Requirement&) = default;
};

// Errors: InvalidInput, with the requirement and what to write instead.
Result<Requirement> parse_requirement(std::string_view text);

// Requirements with commas or line ends between them, sorted, each library once. A comma in brackets or before an
// operator (`requests[socks,use_chardet]>=2,<3`) belongs to its requirement. An empty text is an empty list.
// Errors: those of parse_requirement; InvalidInput for a library that stands twice, Exhausted past kMostWishes.
Result<std::vector<Requirement>> parse_requirements(std::string_view text);

// As pip reads it, and parse_requirement to the same value.
std::string to_string(const Requirement& requirement);

// Whether `text` can be a library's name: letters, digits, `-`, `_` and `.`, the first and last a letter or digit.
bool is_library_name(std::string_view text);

// Whether `text` can be a version of a library (the characters of PEP 440, beginning with a digit or `v`).
bool is_library_version(std::string_view text);

}  // namespace berth::image
