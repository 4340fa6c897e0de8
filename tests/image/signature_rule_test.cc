#include "berth/image/signature_rule.h"

#include <gtest/gtest.h>

#include "berth/image/trust.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

PublicKey key_named(char digit) {
  return {.kind = KeyKind::EcdsaP256,
          .der = {},
          .fingerprint = "sha256:" + std::string(64, digit),
          .path = std::string("/keys/") + digit + ".pub",
          .problem = {}};
}

SignatureRule rule_of(Reach reach, const Reference& place, char key) {
  return {.reach = reach, .place = place, .keys = {key_named(key)}};
}

// The rules of a registry, an organisation in it, one below that, a name, and a tag of that name; each with its key.
std::vector<SignatureRule> sample_rules() {
  const std::string registry = "r.example:5000";
  return {rule_of(Reach::Registry, {.registry = registry}, '1'),
          rule_of(Reach::Organisation, {.registry = registry, .path = "team"}, '2'),
          rule_of(Reach::Organisation, {.registry = registry, .path = "team/deep"}, '3'),
          rule_of(Reach::Name, {.registry = registry, .path = "team/x"}, '4'),
          rule_of(Reach::Name, {.registry = registry, .path = "team/x", .tag = "1"}, '5')};
}

struct Row {
  const char* name;
  std::string image;
  char key;  // of the rule that holds; 0: none
};
const Row kRows[] = {
    {"Registry", "r.example:5000/other/y:1", '1'},
    {"NameWithoutOrganisation", "r.example:5000/y", '1'},
    {"Organisation", "r.example:5000/team/y:1", '2'},
    {"BeginningOfAnOrganisation", "r.example:5000/teams/y:1", '1'},
    {"OrganisationItself", "r.example:5000/team:1", '1'},
    {"OrganisationBelow", "r.example:5000/team/deep/y:1", '3'},
    {"Name", "r.example:5000/team/x:2", '4'},
    {"NameWithoutTag", "r.example:5000/team/x", '4'},
    {"NameByDigest", "r.example:5000/team/x@" + kDigest, '4'},
    {"Tag", "r.example:5000/team/x:1", '5'},
    {"HostInUpperCase", "R.Example:5000/team/x:1", '5'},
    {"OtherPort", "r.example/team/x:1", 0},
    {"OtherRegistry", "docker.io/team/x:1", 0},
    {"CreatedHere", "localhost/team/x:1", 0},
};

class SignatureRules : public ::testing::TestWithParam<Row> {};

TEST_P(SignatureRules, HoldForWhatTheyFitBest) {
  const std::vector<SignatureRule> rules = sample_rules();
  const SignatureRule* rule = rule_for(rules, *parse_reference(GetParam().image));
  if (GetParam().key == 0) {
    EXPECT_EQ(rule, nullptr);
    return;
  }
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->keys.front().fingerprint, key_named(GetParam().key).fingerprint);
}

INSTANTIATE_TEST_SUITE_P(Table, SignatureRules, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

VerifiedSignature verified(char key, const std::string& repository = "r.example:5000/team/x", std::string tag = "") {
  return {.repository = repository,
          .tag = std::move(tag),
          .signed_digest = kDigest,
          .key = key_named(key).fingerprint,
          .claim = {},
          .signature = {}};
}

// A policy that trusts the registry by its name, has a rule for `team`, and remembers `known` for kDigest.
TrustPolicy policy_with(std::vector<VerifiedSignature> known) {
  TrustPolicy policy = default_trust();
  policy.registries.push_back("r.example:5000");
  EXPECT_TRUE(testing::ok(
      add_signature_rule(policy, rule_of(Reach::Organisation, {.registry = "r.example:5000", .path = "team"}, '2'))));
  policy.find_verified = [known = std::move(known)](const std::string& digest) {
    return digest == kDigest ? known : std::vector<VerifiedSignature>();
  };
  return policy;
}

const Reference kImage = {.registry = "r.example:5000", .path = "team/x", .tag = "1"};

struct TrustRow {
  const char* name;
  std::vector<VerifiedSignature> known;
  std::string digest;
  std::string why;  // empty: it is trusted
};
const TrustRow kTrustRows[] = {
    {"Signed", {verified('2')}, kDigest, ""},
    {"SignedByOthersToo", {verified('7'), verified('2'), verified('8')}, kDigest, ""},
    {"SignedForItsTag", {verified('2', "r.example:5000/team/x", "1")}, kDigest, ""},
    {"NotSigned", {}, kDigest, "none was verified here for " + kDigest},
    {"OtherDigest", {verified('2')}, kOther, "none was verified here for " + kOther},
    {"NoDigest", {verified('2')}, "", "none was verified here for it"},
    {"KeyTakenAway", {verified('7')}, kDigest, "it is signed by the key sha256:7777"},
    {"OtherName", {verified('2', "r.example:5000/team/y")}, kDigest, "its signature is for 'r.example:5000/team/y'"},
    {"OtherTag", {verified('2', "r.example:5000/team/x", "2")}, kDigest, "another name"},
};

class SignedTrust : public ::testing::TestWithParam<TrustRow> {};

TEST_P(SignedTrust, IsJudged) {
  const auto judged = check_trust(policy_with(GetParam().known), kImage, GetParam().digest);
  if (GetParam().why.empty()) {
    EXPECT_TRUE(testing::ok(judged));
    return;
  }
  EXPECT_TRUE(testing::fails_with(judged, Errc::InvalidInput, GetParam().why));
  for (const char* part : {"use image 'r.example:5000/team/x:1': it is not trusted",
                           "images.trusted.signatures (organisation 'r.example:5000/team')",
                           "'/keys/2.pub' (sha256:2222222222222222)", "'berth image pull r.example:5000/team/x:1'"}) {
    EXPECT_TRUE(testing::fails_with(judged, Errc::InvalidInput, part));
  }
  if (GetParam().digest.empty()) return;
  // Images of Docker and Podman are not pulled.
  const std::string pinned = "r.example:5000/team/x@" + GetParam().digest;
  EXPECT_TRUE(testing::fails_with(judged, Errc::InvalidInput, "'berth image verify " + pinned + "'"));
}

INSTANTIATE_TEST_SUITE_P(Table, SignedTrust, ::testing::ValuesIn(kTrustRows),
                         [](const auto& row) { return row.param.name; });

TEST(SignedTrust, IsAskedOnlyOfWhatTheRuleFits) {
  TrustPolicy policy = policy_with({});
  Reference other = kImage;
  other.path = "others/x";
  EXPECT_TRUE(testing::ok(check_trust(policy, other, kDigest))) << "its registry is trusted by name";
  EXPECT_TRUE(testing::ok(check_trust(policy, {.registry = "localhost", .path = "team/x"}, kDigest)));
  EXPECT_TRUE(testing::ok(check_name(policy, kImage))) << "the registry may be asked";
  EXPECT_TRUE(
      testing::fails_with(check_name(policy, {.registry = "ghcr.io", .path = "a/b"}), Errc::InvalidInput, "not trust"));
  policy.digests = {kDigest};
  EXPECT_TRUE(testing::ok(check_trust(policy, kImage, kDigest))) << "a digest stands for a signature";
  EXPECT_FALSE(check_trust(policy, kImage, kOther).has_value());
  policy.any = true;
  EXPECT_TRUE(testing::ok(check_trust(policy, kImage, kOther)));
}

TEST(SignedTrust, TakesTheSignatureOfAnyDigestOfTheImage) {
  const TrustPolicy policy = policy_with({verified('2')});
  EXPECT_TRUE(testing::ok(check_trust(policy, std::vector{kImage}, {kOther, kDigest})));
  EXPECT_FALSE(check_trust(policy, std::vector{kImage}, {kOther}).has_value());
}

TEST(SignedTrust, IsNotGivenByAKeyThatCannotBeUsed) {
  TrustPolicy policy = policy_with({verified('2')});
  policy.signatures.front().keys.front().problem = "no such file";
  EXPECT_TRUE(
      testing::fails_with(check_trust(policy, kImage, kDigest), Errc::InvalidInput, "(not usable: no such file)"));
}

TEST(SignedTrust, RefusesRowsThatMeanNothing) {
  TrustPolicy policy;
  const SignatureRule rule = rule_of(Reach::Registry, {.registry = "r.example"}, '1');
  EXPECT_TRUE(testing::ok(add_signature_rule(policy, rule)));
  EXPECT_TRUE(testing::fails_with(add_signature_rule(policy, rule), Errc::InvalidInput, "stands there twice"));
  EXPECT_TRUE(testing::fails_with(add_signature_rule(policy, rule_of(Reach::Registry, {.registry = "localhost"}, '1')),
                                  Errc::InvalidInput, "has no signature"));
}

}  // namespace
}  // namespace berth::image
