// Signatures of images, what was signed, and public keys: whatever bytes come, they are read or refused.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/public_key.h"
#include "berth/image/reference.h"
#include "berth/image/signature_object.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto entries = parse_signature_manifest(text, kOciManifestType)) {
    BERTH_ASSERT(entries->size() <= kMaxSignatures);
    for (const SignatureEntry& entry : *entries) {
      BERTH_ASSERT(entry.problem.empty() != entry.signature.empty());
      BERTH_ASSERT(!entry.problem.empty() ||
                   (is_digest(entry.claim.digest) && entry.claim.size_bytes <= kMaxClaimBytes));
    }
  }
  if (const auto claim = parse_signed_claim(text)) BERTH_ASSERT(is_digest(claim->digest));
  if (const auto key = parse_public_key(text)) BERTH_ASSERT(key->problem.empty() && is_digest(key->fingerprint));
  static_cast<void>(is_tag_of_a_digest(text));
  return 0;
}
