// What is known of weaknesses, and of whose packages nothing can be known. Pure.
#pragma once

#include <vector>

#include "berth/vet/advisory_database.h"
#include "berth/vet/facts.h"
#include "berth/vet/finding.h"
#include "berth/vet/policy.h"

namespace berth::vet {

// advisory.malicious and advisory.LEVEL of the version; a weakness is one finding, whatever advisories speak of it.
std::vector<Finding> findings_about_advisories(const Facts& facts, const Policy& policy,
                                               const AdvisoryDatabase& database);

// database.uncovered by the policy, once for each release of a distribution that has packages among the facts, and no
// advisories: what stands of them cannot be found. A few advisories of one's own do not cover a release.
std::vector<Finding> findings_about_cover(const std::vector<Facts>& facts, const Policy& policy,
                                          const AdvisoryDatabase& database);

}  // namespace berth::vet
