#include "berth/image/crypto_library.h"

#include "berth/sys/dynamic_library.h"

namespace berth::image {
namespace {

Result<CryptoLibrary> open_library() {
  BERTH_TRY(sys::DynamicLibrary library, sys::DynamicLibrary::open("libcrypto.so.3", "libssl3"));
  CryptoLibrary crypto;
  decltype(&::OSSL_LIB_CTX_new) new_context = nullptr;
  const bool whole =
      library.find("d2i_PUBKEY_ex", crypto.read_public_key) && library.find("EVP_PKEY_free", crypto.free_key) &&
      library.find("EVP_MD_CTX_new", crypto.new_digest) && library.find("EVP_MD_CTX_free", crypto.free_digest) &&
      library.find("EVP_DigestVerifyInit_ex", crypto.begin_verifying) &&
      library.find("EVP_DigestVerify", crypto.verify) && library.find("BIO_new_mem_buf", crypto.new_bio_of_memory) &&
      library.find("BIO_free", crypto.free_bio) &&
      library.find("PEM_read_bio_PrivateKey_ex", crypto.read_private_key) &&
      library.find("i2d_PUBKEY", crypto.write_public_key) &&
      library.find("EVP_DigestSignInit_ex", crypto.begin_signing) && library.find("EVP_DigestSign", crypto.sign) &&
      library.find("ERR_clear_error", crypto.clear_errors) && library.find("OSSL_LIB_CTX_new", new_context);
  if (!whole) return library.missing();
  crypto.context = new_context();
  if (crypto.context == nullptr) return library.unusable("it cannot be set up");
  return crypto;
}

}  // namespace

Result<const CryptoLibrary*> CryptoLibrary::load() {
  static const Result<CryptoLibrary> loaded = open_library();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace berth::image
