#include "berth/image/private_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "berth/image/signature_check.h"
#include "berth/sys/file.h"
#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

class PrivateKeys : public ::testing::Test {
 protected:
  std::filesystem::path put(const std::string& text, mode_t mode = 0600) {
    const auto file = folder_.path() / ("key" + std::to_string(count_++));
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(file, text, mode)));
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return file;
  }

  testing::TempFolder folder_;
  int count_ = 0;
};

TEST_F(PrivateKeys, SignWhatTheirPublicHalfVerifies) {
  for (const TestKey& made : {TestKey::p256(), TestKey::ed25519(), TestKey::rsa(2048)}) {
    const auto key = PrivateKey::read(put(made.private_pem()));
    ASSERT_TRUE(testing::ok(key));
    EXPECT_EQ(key->public_key().fingerprint, made.public_key().fingerprint);
    const auto signature = key->sign("some bytes");
    ASSERT_TRUE(testing::ok(signature));
    const auto judged = is_signed_by(made.public_key(), "some bytes", *signature);
    ASSERT_TRUE(testing::ok(judged));
    EXPECT_TRUE(*judged);
  }
}

TEST_F(PrivateKeys, ThatOthersCanReadAreRefused) {
  const std::string text = TestKey::p256().private_pem();
  for (const mode_t mode : {0640u, 0604u, 0620u, 0644u, 0666u}) {
    EXPECT_TRUE(testing::fails_with(PrivateKey::read(put(text, mode)), Errc::Denied, "others can read it")) << mode;
  }
  EXPECT_TRUE(testing::ok(PrivateKey::read(put(text, 0400))));
}

TEST_F(PrivateKeys, ThatAreNoneAreRefusedWithoutBeingTold) {
  const std::string secret = "c2VjcmV0LWNhbmFyeQ==";
  const auto in_pem = [&](const std::string& label) {
    return "-----BEGIN " + label + "-----\n" + secret + "\n-----END " + label + "-----\n";
  };
  const std::pair<std::string, std::string> rows[] = {
      {"", "it is no private key in PEM"},
      {secret, "it is no private key in PEM"},
      {in_pem("PRIVATE KEY"), "it is no private key in PEM"},
      {in_pem("ENCRYPTED SIGSTORE PRIVATE KEY"), "a form of cosign's own"},
      {in_pem("ENCRYPTED PRIVATE KEY"), "it has a passphrase"},
      {TestKey::p256().public_pem(), "it is a public key"},
      {TestKey::curve("P-384").private_pem(), "another elliptic curve"},
      {TestKey::rsa(1024).private_pem(), "2048 to 8192 bits"},
  };
  for (const auto& [text, why] : rows) {
    const auto key = PrivateKey::read(put(text));
    EXPECT_TRUE(testing::fails_with(key, Errc::InvalidInput, why));
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().message().find(secret), std::string::npos);
  }
  EXPECT_TRUE(testing::fails_with(PrivateKey::read(folder_.path() / "none"), Errc::NotFound, "read the private key"));
  EXPECT_FALSE(PrivateKey::read(folder_.path()).has_value());
}

}  // namespace
}  // namespace berth::image
