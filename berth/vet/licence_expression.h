// SPDX licence expressions: "MIT AND (Apache-2.0 OR GPL-2.0-or-later WITH GCC-exception-2.0)". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

// One licence, with what the expression says of its versions and of exceptions to it.
struct LicenceTerm {
  std::string id;         // as the SPDX list spells it, without -only and -or-later: "GPL-2.0"; "LicenseRef-Ours"
  bool or_later = false;  // this version and every later one, at the licensee's choice
  std::string exception;  // "LLVM-exception"; empty where there is none
  bool is_listed = true;  // not a LicenseRef

  std::string text() const;  // "GPL-2.0-or-later WITH GCC-exception-2.0"
  // The whole id, as the list has it: "GPL-2.0-only", "GPL-2.0-or-later", "MIT"; for Apache-2.0+ that of Apache-2.0.
  std::string listed_id() const;

  friend bool operator==(const LicenceTerm&, const LicenceTerm&) = default;
};

struct LicenceExpression {
  enum class Kind { Term, And, Or };
  Kind kind = Kind::Term;
  LicenceTerm term;                      // of Term
  std::vector<LicenceExpression> parts;  // of And and Or, two at least

  // In the normal form: ids as the list spells them, old ones replaced, operators in capitals, no needless parentheses.
  std::string text() const;

  friend bool operator==(const LicenceExpression&, const LicenceExpression&) = default;
};

// Ids and operators are taken in any case; AND binds more than OR, WITH more than AND. An id that the SPDX list does
// not have is refused, but for LicenseRef-, DocumentRef-...:LicenseRef- and AdditionRef-; so are NONE and NOASSERTION.
// Errors: InvalidInput, with the place; Exhausted past 16 KiB, 1000 licences or 50 parentheses in each other.
Result<LicenceExpression> parse_licence_expression(std::string_view text);

}  // namespace berth::vet
