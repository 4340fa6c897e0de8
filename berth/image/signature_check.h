// Whether bytes were signed by a key.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/image/public_key.h"

namespace berth::image {

// Whether `signature` is one by `key` over `bytes`: of ECDSA in its DER form and of RSA (PKCS #1, version 1.5) over
// their SHA-256, of Ed25519 over the bytes themselves; so cosign makes them. A signature that is none at all is not
// valid either.
// Errors: Unavailable without libcrypto; InvalidInput for a key that it does not take, or that has a problem.
Result<bool> is_signed_by(const PublicKey& key, std::string_view bytes, std::string_view signature);

}  // namespace berth::image
