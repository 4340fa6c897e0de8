#include "berth/image/signature_check.h"

#include <gtest/gtest.h>

#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kBytes = claim_for("registry.example/team/x", "sha256:" + std::string(64, 'a'));

// Two keys of a kind, made when they are needed, and once: those of RSA take a while.
template <TestKey (*make)(), int number>
const TestKey& key() {
  static const TestKey made = make();
  return made;
}

struct Kind {
  const char* name;
  const TestKey& (*one)();
  const TestKey& (*other)();
};
const Kind kKinds[] = {
    {"EcdsaP256", key<TestKey::p256, 1>, key<TestKey::p256, 2>},
    {"Ed25519", key<TestKey::ed25519, 1>, key<TestKey::ed25519, 2>},
    {"Rsa", key<TestKey::rsa2048, 1>, key<TestKey::rsa2048, 2>},
};

class SignatureKinds : public ::testing::TestWithParam<Kind> {};

TEST_P(SignatureKinds, AreVerified) {
  const TestKey& key = GetParam().one();
  const std::string signature = key.sign(kBytes);
  const auto judged = is_signed_by(key.public_key(), kBytes, signature);
  ASSERT_TRUE(testing::ok(judged));
  EXPECT_TRUE(*judged);
}

TEST_P(SignatureKinds, AreNotValidForAnythingElse) {
  const TestKey& key = GetParam().one();
  const PublicKey own = key.public_key();
  const std::string signature = key.sign(kBytes);
  const auto judge = [](const PublicKey& by, std::string_view bytes, std::string_view of) {
    const auto judged = is_signed_by(by, bytes, of);
    EXPECT_TRUE(testing::ok(judged));
    return judged && *judged;
  };
  EXPECT_FALSE(judge(GetParam().other().public_key(), kBytes, signature)) << "another key";
  EXPECT_FALSE(judge(own, kBytes + " ", signature)) << "other bytes";
  EXPECT_FALSE(judge(own, "", signature)) << "no bytes";
  EXPECT_FALSE(judge(own, kBytes, "")) << "no signature";
  EXPECT_FALSE(judge(own, kBytes, signature + "x")) << "a longer signature";
  EXPECT_FALSE(judge(own, kBytes, signature.substr(0, signature.size() - 1))) << "a shorter signature";
  EXPECT_FALSE(judge(own, kBytes, std::string(8000, '0'))) << "a huge signature";
  for (std::size_t i = 0; i < signature.size(); i += 7) {
    std::string flipped = signature;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(judge(own, kBytes, flipped)) << "bit of byte " << i;
  }
}

TEST_P(SignatureKinds, AreNotOneAnothers) {
  const TestKey& key = GetParam().one();
  for (const Kind& other : kKinds) {
    const auto judged = is_signed_by(other.other().public_key(), kBytes, key.sign(kBytes));
    ASSERT_TRUE(testing::ok(judged));
    EXPECT_FALSE(*judged) << other.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, SignatureKinds, ::testing::ValuesIn(kKinds),
                         [](const auto& row) { return row.param.name; });

TEST(Signature, IsNotVerifiedWithAKeyThatIsNone) {
  PublicKey key = TestKey::p256().public_key();
  key.problem = "no such file";
  EXPECT_TRUE(testing::fails_with(is_signed_by(key, kBytes, "x"), Errc::InvalidInput, "no such file"));
  // A point that is not on the curve.
  PublicKey off = TestKey::p256().public_key();
  off.der.replace(off.der.size() - 64, 64, std::string(64, '\1'));
  EXPECT_TRUE(testing::fails_with(is_signed_by(off, kBytes, "x"), Errc::InvalidInput, "does not take it"));
  PublicKey more = TestKey::p256().public_key();
  more.der += 'x';
  EXPECT_TRUE(testing::fails_with(is_signed_by(more, kBytes, "x"), Errc::InvalidInput, "does not take it"));
}

}  // namespace
}  // namespace berth::image
