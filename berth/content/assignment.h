// What a user gives on a command line: `name=value`, or a bare value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::content {

// Where a value came from. The caller reads `name=@file` and `name=-`, so that this layer opens nothing.
enum class ValueSource { Inline, File, StandardInput };

struct Assignment {
  std::optional<std::string> name;  // empty: a bare value
  std::string value;
  ValueSource source = ValueSource::Inline;

  bool operator==(const Assignment&) const = default;
};

// Splits at the first `=`. The part before it is a name when it is one of `known`, or looks like one (letters, digits,
// `_`, `-`, `.`); so `http://host/?a=b` is a bare value. The value is taken as it stands.
Assignment parse_assignment(std::string_view text, const std::vector<std::string>& known);

}  // namespace berth::content
