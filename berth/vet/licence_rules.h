// Which licences an operator takes, and what a licence expression is worth by that. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/finding.h"
#include "berth/vet/licence_expression.h"
#include "berth/vet/spdx_list.h"

namespace berth::vet {

// One entry of a list of licences, as the policy names them: `MIT`, `GPL-2.0-or-later`, `GPL-2.0-only WITH
// Classpath-exception-2.0`, `LicenseRef-Ours`. Errors: InvalidInput.
Result<LicenceTerm> parse_licence_entry(std::string_view text);

// Whether a licence is one that the entry names. Of versions "at the licensee's choice", on either side, one that both
// have is enough: Apache-1.1+ matches Apache-2.0, and GPL-3.0-only matches GPL-2.0-or-later. An entry without an
// exception matches the licence with any exception of the SPDX list, since those only permit more.
bool matches_entry(const LicenceTerm& licence, const LicenceTerm& entry);

struct LicenceRules {
  // By group; what is not on the list at all (LicenseRef-) is Other.
  std::map<LicenceGroup, Verdict> groups = {
      {LicenceGroup::Permissive, Verdict::Allow}, {LicenceGroup::WeakCopyleft, Verdict::Allow},
      {LicenceGroup::Copyleft, Verdict::Refuse},  {LicenceGroup::Restrictive, Verdict::Refuse},
      {LicenceGroup::Other, Verdict::Ask},
  };
  // Entries that go before the groups, the strongest first.
  std::vector<LicenceTerm> refused;
  std::vector<LicenceTerm> asked;
  std::vector<LicenceTerm> allowed;

  Verdict verdict_of(const LicenceTerm& licence) const;
  // Of alternatives (OR) the mildest counts, of what holds together (AND) the strongest.
  Verdict verdict_of(const LicenceExpression& expression) const;
  // The licences of the expression that make its verdict what it is, as text: "GPL-3.0-only (copyleft)".
  std::vector<std::string> reasons_of(const LicenceExpression& expression) const;
};

}  // namespace berth::vet
