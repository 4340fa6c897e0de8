#include "berth/image/signature_check.h"

#include <fmt/format.h>

#include <memory>

#include "berth/image/crypto_library.h"

namespace berth::image {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Result<bool> is_signed_by(const PublicKey& key, std::string_view bytes, std::string_view signature) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::InvalidInput, fmt::format("verify a signature with the key {}: {}", to_string(key), why));
  };
  if (!key.problem.empty()) return refuse("it cannot be used");
  BERTH_TRY(const CryptoLibrary* crypto, CryptoLibrary::load());
  const unsigned char* der = bytes_of(key.der);
  const std::unique_ptr<EVP_PKEY, decltype(crypto->free_key)> read(
      crypto->read_public_key(nullptr, &der, static_cast<long>(key.der.size()), crypto->context, nullptr),
      crypto->free_key);
  const std::unique_ptr<EVP_MD_CTX, decltype(crypto->free_digest)> digest(crypto->new_digest(), crypto->free_digest);
  const bool is_whole = read != nullptr && der == bytes_of(key.der) + key.der.size();
  // Ed25519 hashes what it signs itself.
  const char* hash = key.kind == KeyKind::Ed25519 ? nullptr : "SHA256";
  const bool begun =
      is_whole && digest != nullptr &&
      crypto->begin_verifying(digest.get(), nullptr, hash, crypto->context, nullptr, read.get(), nullptr) == 1;
  const bool is_valid =
      begun && crypto->verify(digest.get(), bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
  crypto->clear_errors();  // they are kept for a thread, and libcurl would take them for its own
  if (!begun) return refuse("libcrypto does not take it");
  return is_valid;
}

}  // namespace berth::image
