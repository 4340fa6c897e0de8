// Keys and signatures made by libcrypto, for tests of what verifies them.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/public_key.h"

namespace berth::image {

class TestKey {
 public:
  static TestKey p256() { return TestKey(EVP_EC_gen("P-256"), true); }
  static TestKey curve(const char* name) { return TestKey(EVP_EC_gen(name), true); }
  static TestKey ed25519() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), false); }
  static TestKey rsa2048() { return rsa(2048); }
  static TestKey rsa(std::size_t bits) { return TestKey(EVP_RSA_gen(bits), true); }

  static TestKey rsa_with_exponent(std::size_t bits, unsigned long exponent) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), BN_free);
    EVP_PKEY* key = nullptr;
    BERTH_ASSERT(EVP_PKEY_keygen_init(context.get()) == 1 && BN_set_word(number.get(), exponent) == 1);
    BERTH_ASSERT(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1);
    BERTH_ASSERT(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), number.get()) == 1);
    BERTH_ASSERT(EVP_PKEY_generate(context.get(), &key) == 1);
    return TestKey(key, true);
  }

  std::string public_pem() const {
    return written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key_.get()); });
  }
  std::string private_pem() const {
    return written([&](BIO* out) {
      return PEM_write_bio_PKCS8PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  PublicKey public_key() const { return *parse_public_key(public_pem()); }

  std::string sign(std::string_view bytes) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const EVP_MD* hash = hashes_ ? EVP_sha256() : nullptr;
    BERTH_ASSERT(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) == 1);
    std::size_t size = 0;
    BERTH_ASSERT(EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) == 1);
    std::string signature(size, '\0');
    auto* into = reinterpret_cast<unsigned char*>(signature.data());
    BERTH_ASSERT(EVP_DigestSign(context.get(), into, &size, data, bytes.size()) == 1);
    signature.resize(size);
    return signature;
  }

 private:
  TestKey(EVP_PKEY* key, bool hashes) : key_(key, EVP_PKEY_free), hashes_(hashes) { BERTH_ASSERT(key != nullptr); }

  template <class Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    BERTH_ASSERT(write(out.get()) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  bool hashes_;
};

// What cosign signs, to the byte.
inline std::string claim_for(const std::string& reference, const std::string& digest) {
  return R"({"critical":{"identity":{"docker-reference":")" + reference + R"("},"image":{"docker-manifest-digest":")" +
         digest + R"("},"type":"cosign container image signature"},"optional":null})";
}

}  // namespace berth::image
