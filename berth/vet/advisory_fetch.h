// Advisories from the places that the policy names.
#pragma once

#include "berth/base/result.h"
#include "berth/vet/advisory_reader.h"
#include "berth/vet/policy.h"

namespace berth::vet {

// Reads a source's advisories: a file, or an https address by curl, with the machine's proxies, certificates and
// ~/.netrc; redirections lead to https alone. At most 512 MiB in ten minutes. The result has the source's name and
// origin. Errors: as gather_advisories; Unavailable when it cannot be had; TimedOut; NotFound.
Result<GatheredAdvisories> fetch_advisories(const AdvisorySource& source);

}  // namespace berth::vet
