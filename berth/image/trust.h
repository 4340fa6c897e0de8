// Which images may be used here: the operator's rule about where they come from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/signature_rule.h"

namespace berth::image {

// The name of the setting, as errors call it.
inline constexpr std::string_view kTrustSetting = "images.trusted";

// An image is trusted when one row fits it. All names are in the form that normalized() gives them. A name that a row
// of `signatures` fits needs a signature, whatever other lists say of it; only its digest can stand for that.
struct TrustPolicy {
  bool any = false;                      // every image there is
  bool local = true;                     // what was created here: `localhost/...`, Berth's own base images among them
  std::vector<std::string> registries;   // "registry.example:5000": all that it holds
  std::vector<Reference> organisations;  // registry and path: all names below the path
  std::vector<Reference> names;          // registry and path; with a tag only that one
  std::vector<std::string> digests;      // "sha256:...", of a manifest, under whatever name
  std::vector<SignatureRule> signatures;
  FindVerified find_verified;  // empty: nothing was verified here
};

// The rule where nothing is set, which is that of the original: the organisation `demisto` of docker.io, and what was
// created here.
TrustPolicy default_trust();

// One row of each list, as the setting has it. Errors: InvalidInput with the row and the reason.
Result<std::string> parse_trusted_registry(std::string_view text);
Result<Reference> parse_trusted_organisation(std::string_view text);
Result<Reference> parse_trusted_name(std::string_view text);
Result<std::string> parse_trusted_digest(std::string_view text);

// Adds a row of the setting's `signatures`. Errors: InvalidInput for what is never signed (images of this machine), or
// has a row already.
Result<void> add_signature_rule(TrustPolicy& policy, SignatureRule rule);

// Whether `name` says that the image was created on this machine. Such a name is never fetched and never pushed.
bool is_created_here(const Reference& name);

// Whether `policy` lets the image `name` be used, pulled, or built upon. The name is normalised first: no registry
// means docker.io, so that a name of this machine must be given with its registry (`localhost/...`). `digest` is that
// of the image's manifest where it is known, else that of `name` counts; where a signature is asked for, one must have
// been verified for that digest. Errors: Denied, with what `name` looks like where it looks like something trusted, and
// how to trust it.
Result<void> check_trust(const TrustPolicy& policy, const Reference& name, std::string_view digest = {});

// The same for an image that has several names and digests: one that is trusted is enough. Errors: as for the first.
Result<void> check_trust(const TrustPolicy& policy, const std::vector<Reference>& names,
                         const std::vector<std::string>& digests);

// Whether the name alone lets its registry be asked about the image: where a signature is needed, that shows later.
// Errors: as of check_trust.
Result<void> check_name(const TrustPolicy& policy, const Reference& name);

// The trusted organisation, name or registry that `name` could be mistaken for (`dernisto`, `demist0`), as a person
// writes it; empty when there is none.
std::string look_alike_of(const TrustPolicy& policy, const Reference& name);

}  // namespace berth::image
