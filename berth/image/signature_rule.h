// Which images must be signed, and by whom: rows of the setting images.trusted.signatures. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/public_key.h"
#include "berth/image/reference.h"

namespace berth::image {

enum class Reach { Registry, Organisation, Name };

struct SignatureRule {
  Reach reach = Reach::Name;
  Reference place;  // normalised; of a registry without path, of a name with a tag where it is for that only
  std::vector<PublicKey> keys;  // one of them has signed it
};

// That a signature was found, and found to be valid, for an image with a certain digest.
struct VerifiedSignature {
  std::string repository;     // that it is for, as name_of(normalized()) writes it
  std::string tag;            // that it is for; empty: for every one
  std::string signed_digest;  // of the image, or of the index that it was chosen from
  std::string key;            // fingerprint of who signed
  std::string claim;          // what was signed, to the byte
  std::string signature;      // raw bytes
  std::string index;          // its body, where that is what was signed, and it is kept

  friend bool operator==(const VerifiedSignature&, const VerifiedSignature&) = default;
};

// What was verified on this machine of the image with this digest (image/signature_records.h).
using FindVerified = std::function<std::vector<VerifiedSignature>(const std::string& digest)>;

// The rule that holds for `name`: of those that fit it the narrowest, a name before an organisation before a registry.
// Null: it needs no signature. What was created on this machine never does.
const SignatureRule* rule_for(const std::vector<SignatureRule>& rules, const Reference& name);

// Whether a signature is for the image `name`. Cosign itself looks at the digest alone; here the repository counts,
// too: what was signed as `team/trial` does not become `team/product` by being copied.
bool is_for(const VerifiedSignature& signature, const Reference& name);

// Whether `signature` is what `rule` asks for of the image `name`: for it, by a key that the rule names.
bool satisfies(const VerifiedSignature& signature, const SignatureRule& rule, const Reference& name);

// The row as errors name it: "organisation 'quay.io/harbour'".
std::string to_string(const SignatureRule& rule);
// Its keys, for errors.
std::string keys_text(const SignatureRule& rule);

}  // namespace berth::image
