// The optional parts of Berth's own common script (common/parts.txt).
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace berth::content {

// A common script that is part of the program, taken apart when the program was built: what every call does with its
// quarter of a megabyte is part of every start. Of an empty one there is nothing.
struct CommonScript {
  std::string_view whole;
  std::string_view always;          // without the optional parts; the same as `whole` where it has none
  std::string_view optional_names;  // that the optional parts give, each followed by a line feed
  // SHA-256 of `whole` and of `always`, in hexadecimal digits; empty where nobody has made them.
  std::string_view whole_digest;
  std::string_view always_digest;
};

// A text of it, and its digest.
struct CommonText {
  std::string_view text;
  std::string_view digest;
};

// The whole script when the code that follows it has among its free identifiers any name that the optional parts give,
// or one through which names can be reached that do not stand in it (`exec`, `eval`, `globals`, ...); otherwise the
// one without those parts: they are half of its cost in each call. It is all of them or none, so that there are two
// scripts to compile. Pure.
CommonText common_for(const CommonScript& common, const std::set<std::string_view>& free_identifiers);

// What the build finds in a common script.
struct CommonParts {
  std::string always;
  std::string optional_names;  // as above
};

// Takes `common` apart. An optional part ends with a line that starts with `_berth_end_of_optional_part(`, any other
// with `_berth_end_of_part(`. Pure.
CommonParts split_common(std::string_view common);

}  // namespace berth::content
