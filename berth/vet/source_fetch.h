// Advisories and lists from the places that the policy names.
#pragma once

#include "berth/base/result.h"
#include "berth/vet/advisory_reader.h"
#include "berth/vet/known_list.h"
#include "berth/vet/policy.h"

namespace berth::vet {

// Reads a source's advisories: a file, or an https address by curl, with the machine's proxies, certificates and
// ~/.netrc; redirections lead to https alone. At most 512 MiB in ten minutes, and never less than 1,000 bytes a second
// for half a minute. The result has the source's name and origin. Errors: as gather_advisories; Corrupt when the bytes
// are not those of the source's SHA-256; Unavailable when it cannot be had; TimedOut; NotFound.
Result<GatheredAdvisories> fetch_advisories(const Source& source);

// Likewise a list of at most 64 MiB. Errors: also those of gather_list.
Result<KnownList> fetch_list(ListKind kind, const Source& source);

}  // namespace berth::vet
