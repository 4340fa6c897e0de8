#include "berth/image/crypto_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace berth::image {
namespace {

constexpr const char* kFile = "libcrypto.so.3";

std::unexpected<Error> missing(const char* why) {
  return fail(Errc::Unavailable,
              fmt::format("load {}: {}; install it with 'apt-get install libssl3'", kFile, why == nullptr ? "?" : why));
}

template <class Function>
bool find(void* library, const char* name, Function& into) {
  into = reinterpret_cast<Function>(::dlsym(library, name));
  return into != nullptr;
}

Result<CryptoLibrary> open_library() {
  void* library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(::dlerror());
  CryptoLibrary crypto;
  decltype(&::OSSL_LIB_CTX_new) new_context = nullptr;
  const bool whole =
      find(library, "d2i_PUBKEY_ex", crypto.read_public_key) && find(library, "EVP_PKEY_free", crypto.free_key) &&
      find(library, "EVP_MD_CTX_new", crypto.new_digest) && find(library, "EVP_MD_CTX_free", crypto.free_digest) &&
      find(library, "EVP_DigestVerifyInit_ex", crypto.begin_verifying) &&
      find(library, "EVP_DigestVerify", crypto.verify) && find(library, "BIO_new_mem_buf", crypto.new_bio_of_memory) &&
      find(library, "BIO_free", crypto.free_bio) &&
      find(library, "PEM_read_bio_PrivateKey_ex", crypto.read_private_key) &&
      find(library, "i2d_PUBKEY", crypto.write_public_key) &&
      find(library, "EVP_DigestSignInit_ex", crypto.begin_signing) && find(library, "EVP_DigestSign", crypto.sign) &&
      find(library, "ERR_clear_error", crypto.clear_errors) && find(library, "OSSL_LIB_CTX_new", new_context);
  if (!whole) return missing(::dlerror());
  crypto.context = new_context();
  if (crypto.context == nullptr) return missing("it cannot be set up");
  return crypto;
}

}  // namespace

Result<const CryptoLibrary*> CryptoLibrary::load() {
  static const Result<CryptoLibrary> loaded = open_library();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace berth::image
