// An image's signatures, looked for where the image is, and verified.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/registry_client.h"
#include "berth/image/signature_object.h"
#include "berth/image/signature_rule.h"
#include "berth/image/staging.h"

namespace berth::image {

// Where signatures lie: a repository in a registry, or a file with images.
struct SignatureSource {
  std::string name;                                                               // "the registry 'registry.example'"
  std::function<Result<FetchedManifest>(const std::string& tag)> fetch_manifest;  // Errors: NotFound
  std::function<Result<std::string>(const Descriptor& blob, std::size_t limit_bytes)> fetch_blob;
};

// The repository that `registry` is open for; it lives as long as the source.
SignatureSource source_of(RegistryClient& registry);

// Judges one signature over `claim`, without asking anybody: a key of the rule has made it, it is for the image or
// index `digest`, and for the name. The claim is read only when its signature is valid.
// Errors: Denied with what is wrong with it; those of is_signed_by.
Result<VerifiedSignature> judge_signature(const SignatureEntry& entry, std::string_view claim, const Reference& name,
                                          const std::string& digest, const SignatureRule& rule);

// A signature in `source` that `rule` asks for of the image `name`. It may be of any of `digests`: of what the tag
// names, be it an index, since an index names its images by their digests; and of the image. Errors: Denied when there
// is none that is valid, with where it was looked for, the keys, what is wrong with each that is there, and what to do;
// those of the source but for what it answers in place of signatures, which is a reason; of loading libcrypto.
Result<VerifiedSignature> fetch_signature(const SignatureSource& source, const Reference& name,
                                          const std::vector<std::string>& digests, const SignatureRule& rule);

// Makes good what `trusted` (of check_trust) says the image of `plan` lacks, where that is a signature: it is looked
// for in `source`, and kept before the image is. Who has the image then finds it trusted, and what is kept of one that
// never comes does no harm. Errors: those of `trusted`; as of fetch_signature and remember_signature.
Result<void> check_signed(Result<void> trusted, const SignatureSource& source, const Reference& name,
                          const ImagePlan& plan, const MoveSettings& settings);

// Keeps a signature for the image of `plan`, by its digest and by that of its configuration, which is its id; and by
// that of its index only where the index is what was signed, since it names other images, too. Errors: as of
// remember_signature.
Result<void> remember_signature_of(const ImagePlan& plan, VerifiedSignature signature, const MoveSettings& settings);

}  // namespace berth::image
