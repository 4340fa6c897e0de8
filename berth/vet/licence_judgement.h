// What a package's licences are worth by the policy. Pure.
#pragma once

#include <vector>

#include "berth/vet/facts.h"
#include "berth/vet/finding.h"
#include "berth/vet/policy.h"

namespace berth::vet {

// One finding at least. The first source of statements decides (License-Expression, classifiers, the License field,
// files); several statements of one source hold together. Rules:
//   licence.allowed       Allow
//   licence.denied        Refuse  by the policy, for all that one may choose from
//   licence.asked         Ask     by the policy
//   licence.none          by the policy's `none`: nothing says which; never passed over
//   licence.unclear       Ask     a statement that counts more than the one that is understood, or all of them, are
//   not;
//                                 or the text of a licence stands there with words that restrict
//   licence.disagreement  Ask     a later source says what the policy does not take, or has words that restrict; Allow
//                                 where it only names other licences
// Of distributions' packages, and of Python packages that a distribution's package owns, by `licences.distribution`:
// there what is unclear is reported alone.
std::vector<Finding> findings_about_licences(const Facts& facts, const Policy& policy);

}  // namespace berth::vet
