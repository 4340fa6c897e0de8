// Which versions a requirement takes: `>=1.4,!=1.5.*,<2` (PEP 440). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/python_version.h"

namespace berth::vet {

// Conditions that must all hold; without any, every version is taken.
class PythonSpecifiers {
 public:
  // Operators ~= == != <= >= < > ===, parted by commas; `==1.*` and `!=1.*`. Errors: InvalidInput, which names the one
  // that cannot be read; at most 100.
  static Result<PythonSpecifiers> parse(std::string_view text);

  // Pre-releases are taken where the bounds take them, as of a version that is there already.
  bool contains(const PythonVersion& version) const;
  // As above; a text that is no version is taken by `===` alone.
  bool contains(std::string_view version) const;

  // The version that is asked for by name (`==1.2.3` or `===1.2.3`), where there is one.
  std::optional<std::string> exact() const;
  bool takes_all() const { return conditions_.empty(); }

 private:
  enum class Operator { Compatible, Equal, NotEqual, AtMost, AtLeast, Below, Above, Identical };
  struct Condition {
    Operator op = Operator::Equal;
    bool is_prefix = false;                // ==1.2.*
    std::string text;                      // as written, without the operator
    std::optional<PythonVersion> version;  // nothing with Identical
  };
  static Result<Condition> parse_condition(std::string_view text);
  static bool holds(const Condition& condition, const PythonVersion& version);

  std::vector<Condition> conditions_;
};

}  // namespace berth::vet
