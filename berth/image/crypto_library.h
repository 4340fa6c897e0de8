// libcrypto of OpenSSL 3, loaded when the first signature is looked at.
//
// Loading it takes longer than a call on an image that was verified before; so it is not linked, but opened by name.
// Commands that ask a registry have it anyway: libcurl brings it along. Its headers say the types.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "berth/base/result.h"

namespace berth::image {

struct CryptoLibrary {
  decltype(&::d2i_PUBKEY_ex) read_public_key = nullptr;
  decltype(&::EVP_PKEY_free) free_key = nullptr;
  decltype(&::EVP_MD_CTX_new) new_digest = nullptr;
  decltype(&::EVP_MD_CTX_free) free_digest = nullptr;
  decltype(&::EVP_DigestVerifyInit_ex) begin_verifying = nullptr;
  decltype(&::EVP_DigestVerify) verify = nullptr;
  decltype(&::BIO_new_mem_buf) new_bio_of_memory = nullptr;
  decltype(&::BIO_free) free_bio = nullptr;
  decltype(&::PEM_read_bio_PrivateKey_ex) read_private_key = nullptr;
  decltype(&::i2d_PUBKEY) write_public_key = nullptr;
  decltype(&::EVP_DigestSignInit_ex) begin_signing = nullptr;
  decltype(&::EVP_DigestSign) sign = nullptr;
  decltype(&::ERR_clear_error) clear_errors = nullptr;
  // Of our own, so that the machine's openssl.cnf, or a variable that names another one, has no say in it.
  OSSL_LIB_CTX* context = nullptr;

  // The one copy of this process, which stays for good; any thread may ask.
  // Errors: Unavailable, with the package to install.
  static Result<const CryptoLibrary*> load();
};

}  // namespace berth::image
