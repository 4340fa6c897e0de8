// A key to sign images with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/image/crypto_library.h"
#include "berth/image/public_key.h"

namespace berth::image {

// Owns the key in memory, which libcrypto wipes at the end. What it holds never goes into a text.
class PrivateKey {
 public:
  // Reads a PEM file without a passphrase, which belongs to root or to whoever asks, and is for nobody else to read.
  // Errors: Denied when others can read or change the file; InvalidInput for what is no such key, with how to make one;
  // those of reading; Unavailable without libcrypto.
  static Result<PrivateKey> read(const std::filesystem::path& path);

  // The half that verifies, of a kind that parse_public_key reads.
  const PublicKey& public_key() const { return public_key_; }

  // The raw signature over `bytes`, as is_signed_by verifies it. Errors: Internal.
  Result<std::string> sign(std::string_view bytes) const;

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;

  PrivateKey(const CryptoLibrary& crypto, Key key, PublicKey public_key)
      : crypto_(&crypto), key_(std::move(key)), public_key_(std::move(public_key)) {}

  const CryptoLibrary* crypto_;  // of the process
  Key key_;
  PublicKey public_key_;
};

}  // namespace berth::image
