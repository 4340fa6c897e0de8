// The public keys that signatures of images are verified with, in files that an operator names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::image {

enum class KeyKind { EcdsaP256, Ed25519, Rsa };

struct PublicKey {
  KeyKind kind = KeyKind::EcdsaP256;
  std::string der;             // SubjectPublicKeyInfo, as it stands in the file
  std::string fingerprint;     // "sha256:" and the digits of the hash of `der`
  std::filesystem::path path;  // of its file; empty for one that was never in one
  std::string problem;         // why nothing can be verified with it; empty: it can be used
};

// Reads `-----BEGIN PUBLIC KEY-----`: ECDSA on the curve P-256 (as cosign makes it), Ed25519, RSA of 2048 to 8192 bits.
// Pure, and without a library of cryptography: calls on images that were verified before ask for no more than this.
// Errors: InvalidInput, with what the text is instead and how to make a public key of it.
Result<PublicKey> parse_public_key(std::string_view pem);

// The same from its file, which belongs to root or to whoever asks, and which nobody else can write to. A file that
// cannot be used is no error but a key with a problem: it verifies nothing, and the images that need it are refused
// with it, no other ones.
PublicKey read_public_key(std::filesystem::path path);

// How errors name a key: its file, and the beginning of its fingerprint or its problem.
std::string to_string(const PublicKey& key);

}  // namespace berth::image
