// What images of this machine may be called.
#pragma once

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/trust.h"

namespace berth::image {

// Whether an image that is made or loaded here may have the name `name` (`localhost/...`): where items write it,
// without the registry, an image of this machine goes before one of docker.io, so that it may not be called like what
// `policy`, or the rule where nothing is set, trusts there, like what needs a signature there, nor look like such an
// organisation. Errors: InvalidInput, with what the name means and what to choose.
Result<void> check_own_name(const TrustPolicy& policy, const Reference& name);

}  // namespace berth::image
