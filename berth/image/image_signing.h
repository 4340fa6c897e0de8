// Signatures of images, made and looked for at a person's word.
#pragma once

#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/image/private_key.h"
#include "berth/image/reference.h"
#include "berth/image/signature_rule.h"
#include "berth/image/staging.h"

namespace berth::image {

struct SignedImage {
  Reference reference;   // in the registry
  std::string digest;    // that is signed: of the image, or of an index
  std::string tag;       // under which the signature lies
  std::string key;       // fingerprint
  bool changed = false;  // false: the registry had a signature by this key already
};

// Signs the image `name` of a registry: adds a signature to those that it has there, as cosign lays them out.
//
// What a registry has under a tag it can change. So a tag is signed only where the image is here under it, too, and is
// the one that the registry has; else the digest says what is meant, as 'berth image push' has told it. Errors:
// InvalidInput for a name without either, or of this machine; NotFound; Denied when the registry has another image
// under the tag; AlreadyExists when another signature came in between; those of RegistryClient.
Result<SignedImage> sign_image(const Reference& name, const PrivateKey& key, const MoveSettings& settings);

struct VerifiedImage {
  Reference reference;
  std::string digest;  // of the image
  VerifiedSignature signature;
  bool is_here = false;  // it is the image of this machine that was verified, not what a registry has under the tag
};

// Looks in the registry for a signature of `name`: of the image that is here, where there is one. Without `key` by what
// the setting asks for, and then it is kept, as a pull does. Errors: InvalidInput when the setting asks for none, or
// for names of this machine; as of pull_image and fetch_signature.
Result<VerifiedImage> verify_image(const Reference& name, const std::optional<PublicKey>& key,
                                   const MoveSettings& settings);

}  // namespace berth::image
