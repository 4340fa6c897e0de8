#include "berth/image/public_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/base64.h"
#include "berth/base/sha256.h"
#include "berth/sys/file.h"
#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

std::string in_pem(const std::string& label, const std::string& body) {
  return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
}

TEST(PublicKey, OfEachKindIsRead) {
  EXPECT_EQ(TestKey::p256().public_key().kind, KeyKind::EcdsaP256);
  EXPECT_EQ(TestKey::ed25519().public_key().kind, KeyKind::Ed25519);
  EXPECT_EQ(TestKey::rsa(2048).public_key().kind, KeyKind::Rsa);
  EXPECT_EQ(TestKey::rsa(3072).public_key().kind, KeyKind::Rsa);
  EXPECT_EQ(TestKey::rsa_with_exponent(2048, 3).public_key().kind, KeyKind::Rsa) << "which is shorter";
}

TEST(PublicKey, HasTheFingerprintOfItsDerForm) {
  const PublicKey key = TestKey::p256().public_key();
  EXPECT_EQ(key.fingerprint, "sha256:" + sha256_hex(key.der));
  EXPECT_EQ(parse_public_key("\n  " + in_pem("PUBLIC KEY", to_base64(key.der)) + "\r\n")->fingerprint, key.fingerprint)
      << "lines may be of any length";
}

struct Row {
  const char* name;
  std::string (*text)();  // keys are made when they are needed
  std::string why;
};

const Row kRows[] = {
    {"Empty", [] { return std::string(""); }, "does not begin with"},
    {"NoPem", [] { return std::string("ssh-ed25519 AAAA"); }, "does not begin with"},
    {"PrivateKey", [] { return TestKey::p256().private_pem(); }, "it is a private key, which has no place here"},
    {"OldPrivateKey", [] { return in_pem("EC PRIVATE KEY", "AAAA"); }, "it is a private key"},
    {"EncryptedKeyOfCosign", [] { return in_pem("ENCRYPTED SIGSTORE PRIVATE KEY", "AAAA"); }, "it is a private key"},
    {"Certificate", [] { return in_pem("CERTIFICATE", "AAAA"); },
     "'openssl x509 -in FILE -noout -pubkey' writes its key"},
    {"OldRsa", [] { return in_pem("RSA PUBLIC KEY", "AAAA"); }, "-RSAPublicKey_in"},
    {"SomethingElse", [] { return in_pem("X\x1b[2J", "AAAA"); }, "it is 'X\\x1b[2J', and 'PUBLIC KEY' is read"},
    {"OtherCurve", [] { return TestKey::curve("P-384").public_pem(); }, "another elliptic curve than P-256"},
    {"Koblitz", [] { return TestKey::curve("secp256k1").public_pem(); }, "another elliptic curve than P-256"},
    {"ShortRsa", [] { return TestKey::rsa(1024).public_pem(); }, "2048 to 8192 bits"},
    {"AlmostLongEnough", [] { return TestKey::rsa(2040).public_pem(); }, "2048 to 8192 bits"},
    {"RsaWithoutEnd",
     [] { return in_pem("PUBLIC KEY", to_base64(TestKey::rsa(2048).public_key().der.substr(0, 200))); }, "RSA keys"},
    {"TwoKeys", [] { return TestKey::p256().public_pem() + TestKey::p256().public_pem(); },
     "each key has a file of its own"},
    {"NoBase64", [] { return in_pem("PUBLIC KEY", "####"); }, "no base64"},
    {"NoKey", [] { return in_pem("PUBLIC KEY", "AAAA"); }, "another kind"},
    {"NoKeyButALength", [] { return in_pem("PUBLIC KEY", "MIIB"); }, "another kind"},
    {"HalfALength", [] { return in_pem("PUBLIC KEY", "MII="); }, "another kind"},
    {"HalfAKey", [] { return in_pem("PUBLIC KEY", to_base64(TestKey::ed25519().public_key().der.substr(0, 40))); },
     "another kind"},
    {"MoreThanAKey", [] { return in_pem("PUBLIC KEY", to_base64(TestKey::ed25519().public_key().der + "x")); },
     "another kind"},
    {"NoEnd", [] { return std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n"); }, "ends with '-----END PUBLIC KEY"},
    {"NoEndOfTheFirstLine", [] { return std::string("-----BEGIN PUBLIC KEY"); }, "first line does not end"},
};

class PublicKeyRows : public ::testing::TestWithParam<Row> {};

TEST_P(PublicKeyRows, AreRefused) {
  EXPECT_TRUE(testing::fails_with(parse_public_key(GetParam().text()), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, PublicKeyRows, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(PublicKey, OfAFileThatCannotBeUsedHasAProblem) {
  const testing::TempFolder folder;
  const auto put = [&](const char* name, const std::string& text) {
    EXPECT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / name, text, 0644)));
    return folder.path() / name;
  };
  const TestKey key = TestKey::p256();
  const PublicKey good = read_public_key(put("good.pub", key.public_pem()));
  EXPECT_EQ(good.problem, "");
  EXPECT_EQ(good.fingerprint, key.public_key().fingerprint);
  EXPECT_NE(to_string(good).find("good.pub' (sha256:" + good.fingerprint.substr(7, 16) + ")"), std::string::npos)
      << to_string(good);
  const PublicKey wrong = read_public_key(put("wrong.pub", key.private_pem()));
  EXPECT_NE(wrong.problem.find("private key"), std::string::npos) << wrong.problem;
  EXPECT_EQ(wrong.fingerprint, "");
  const PublicKey missing = read_public_key(folder.path() / "missing.pub");
  EXPECT_NE(to_string(missing).find("missing.pub' (not usable: "), std::string::npos) << to_string(missing);
  const PublicKey huge = read_public_key(put("huge.pub", std::string(100 << 10, 'x')));
  EXPECT_NE(huge.problem, "");
  EXPECT_NE(read_public_key(folder.path()).problem, "") << "a folder is no key";
  for (const ::mode_t mode : {0664U, 0646U}) {
    const auto file = put("loose.pub", key.public_pem());
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    const PublicKey loose = read_public_key(file);
    EXPECT_NE(loose.problem.find("others can write to it"), std::string::npos) << loose.problem;
    EXPECT_EQ(loose.fingerprint, "");
  }
  const auto foreign = put("foreign.pub", key.public_pem());
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
  ASSERT_EQ(::chown(foreign.c_str(), 4711, 4711), 0);
  EXPECT_NE(read_public_key(foreign).problem.find("another user (4711)"), std::string::npos);
}

}  // namespace
}  // namespace berth::image
