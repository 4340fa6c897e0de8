#include "berth/image/signature_search.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "berth/base/sha256.h"
#include "berth/image/signature_records.h"
#include "berth/image/trust.h"
#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');
const Reference kName = {.registry = "registry.example", .path = "team/x", .tag = "1"};

// Keys take a moment to make.
const TestKey& ours() {
  static const TestKey key = TestKey::p256();
  return key;
}
const TestKey& second() {
  static const TestKey key = TestKey::ed25519();
  return key;
}
const TestKey& stranger() {
  static const TestKey key = TestKey::p256();
  return key;
}

SignatureRule rule() {
  return {.reach = Reach::Organisation,
          .place = {.registry = "registry.example", .path = "team"},
          .keys = {ours().public_key(), second().public_key()}};
}

struct Row {
  const char* name;
  std::string claim;
  const TestKey& (*by)();
  std::string why;  // it is refused for; empty: it is valid
};

const Row kRows[] = {
    {"Valid", claim_for("registry.example/team/x", kDigest), ours, ""},
    {"BySecondKey", claim_for("registry.example/team/x", kDigest), second, ""},
    {"WithItsTag", claim_for("registry.example/team/x:1", kDigest), ours, ""},
    {"WithItsDigest", claim_for("registry.example/team/x@" + kDigest, kDigest), ours, ""},
    {"HostInUpperCase", claim_for("Registry.Example:443/team/x", kDigest), ours, ""},
    {"ByStranger", claim_for("registry.example/team/x", kDigest), stranger, "no key that is trusted has made it"},
    {"NoClaimByStranger", "not even JSON", stranger, "no key that is trusted has made it"},
    {"NoClaim", "not even JSON", ours, "signed claim"},
    {"OtherDigest", claim_for("registry.example/team/x", kOther), ours, "it is for the digest " + kOther},
    {"OtherName", claim_for("registry.example/team/y", kDigest), ours, "it is for 'registry.example/team/y'"},
    {"OtherRegistry", claim_for("other.example/team/x", kDigest), ours, "which is another name"},
    {"NoRegistry", claim_for("team/x", kDigest), ours, "which is another name"},
    {"NameGoesOn", claim_for("registry.example/team/x/y", kDigest), ours, "which is another name"},
    {"OtherTag", claim_for("registry.example/team/x:2", kDigest), ours, "which is another name"},
    {"OtherDigestInTheName", claim_for("registry.example/team/x@" + kOther, kDigest), ours, "has another digest"},
    {"NoName", claim_for("", kDigest), ours, "which is none"},
    {"NoGrammar", claim_for("A B", kDigest), ours, "which is none"},
};

class Signatures : public ::testing::TestWithParam<Row> {};

TEST_P(Signatures, AreJudged) {
  const Row& row = GetParam();
  const SignatureEntry entry = {.claim = {}, .signature = row.by().sign(row.claim), .problem = {}};
  const auto judged = judge_signature(entry, row.claim, kName, kDigest, rule());
  if (!row.why.empty()) {
    const Errc code = row.why == "signed claim" ? Errc::Corrupt : Errc::Denied;
    EXPECT_TRUE(testing::fails_with(judged, code, row.why));
    return;
  }
  ASSERT_TRUE(testing::ok(judged));
  EXPECT_EQ(judged->repository, "registry.example/team/x");
  EXPECT_EQ(judged->signed_digest, kDigest);
  EXPECT_EQ(judged->key, row.by().public_key().fingerprint);
  EXPECT_EQ(judged->claim, row.claim);
  EXPECT_TRUE(satisfies(*judged, rule(), kName));
}

INSTANTIATE_TEST_SUITE_P(Table, Signatures, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Signatures, WithAFlippedBitAreRefused) {
  const std::string claim = claim_for("registry.example/team/x", kDigest);
  SignatureEntry entry = {.claim = {}, .signature = ours().sign(claim), .problem = {}};
  entry.signature[entry.signature.size() / 2] ^= 4;
  EXPECT_TRUE(testing::fails_with(judge_signature(entry, claim, kName, kDigest, rule()), Errc::Denied, "no key"));
}

TEST(Signatures, ThatCannotBeOneKeepTheirReason) {
  const SignatureEntry entry = {.claim = {}, .signature = {}, .problem = "its signature is no base64"};
  EXPECT_TRUE(testing::fails_with(judge_signature(entry, "x", kName, kDigest, rule()), Errc::Denied, "no base64"));
}

TEST(Signatures, AreNotVerifiedWithKeysThatCannotBeUsed) {
  const std::string claim = claim_for("registry.example/team/x", kDigest);
  const SignatureEntry entry = {.claim = {}, .signature = ours().sign(claim), .problem = {}};
  SignatureRule none = rule();
  for (PublicKey& key : none.keys) key.problem = "no such file";
  EXPECT_TRUE(testing::fails_with(judge_signature(entry, claim, kName, kDigest, none), Errc::Denied, "no key"));
  none.keys.push_back(ours().public_key());
  EXPECT_TRUE(testing::ok(judge_signature(entry, claim, kName, kDigest, none))) << "one that can is enough";
}

// A repository in memory.
struct FakeRepository {
  std::map<std::string, std::string> manifests;  // by tag
  std::map<std::string, std::string> blobs;      // by digest
  std::optional<Error> blob_error;
  int fetched_blobs = 0;

  void add(const std::string& digest, const std::string& claim, const std::string& signature) {
    const std::string blob = "sha256:" + sha256_hex(claim);
    blobs[blob] = claim;
    const Descriptor descriptor = {.media_type = std::string(kClaimType), .digest = blob, .size_bytes = claim.size()};
    std::string& manifest = manifests[signature_tag(digest)];
    manifest = with_signature(manifest, descriptor, signature)->body;
  }

  SignatureSource source() {
    return {.name = "the registry 'fake'",
            .fetch_manifest = [this](const std::string& tag) -> Result<FetchedManifest> {
              const auto found = manifests.find(tag);
              if (found == manifests.end()) return fail(Errc::NotFound, "it has none");
              return FetchedManifest{
                  .body = found->second, .content_type = std::string(kOciManifestType), .digest = {}};
            },
            .fetch_blob = [this](const Descriptor& blob, std::size_t) -> Result<std::string> {
              ++fetched_blobs;
              if (blob_error) return std::unexpected(*blob_error);
              return blobs.at(blob.digest);
            }};
  }
};

const std::string kClaim = claim_for("registry.example/team/x", kDigest);

TEST(SignatureSearch, FindsOneThatIsGoodAmongMany) {
  FakeRepository repository;
  repository.add(kDigest, kClaim, stranger().sign(kClaim));
  repository.add(kDigest, kClaim, ours().sign(kClaim));
  repository.add(kDigest, claim_for("registry.example/team/y", kDigest), "none");
  repository.add(kDigest, kClaim, "none");
  const auto found = fetch_signature(repository.source(), kName, {kDigest}, rule());
  ASSERT_TRUE(testing::ok(found));
  EXPECT_EQ(found->key, ours().public_key().fingerprint);
  EXPECT_EQ(repository.fetched_blobs, 2) << "what several have signed is fetched once";
}

TEST(SignatureSearch, LooksAtTheIndexAndAtTheImage) {
  FakeRepository repository;
  const std::string claim = claim_for("registry.example/team/x", kOther);
  repository.add(kOther, claim, ours().sign(claim));
  for (const std::vector<std::string>& digests : {std::vector{kDigest, kOther}, std::vector{kOther, kDigest}}) {
    const auto found = fetch_signature(repository.source(), kName, digests, rule());
    ASSERT_TRUE(testing::ok(found));
    EXPECT_EQ(found->signed_digest, kOther);
  }
  // A signature lies under the tag of its own digest; under another's it is for something else.
  repository.manifests[signature_tag(kDigest)] = repository.manifests[signature_tag(kOther)];
  EXPECT_TRUE(
      testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, rule()), Errc::Denied,
                          "signature 1 under '" + signature_tag(kDigest) + "': it is for the digest " + kOther));
}

TEST(SignatureSearch, TellsWhatItLookedForAndByWhichKeys) {
  FakeRepository repository;
  SignatureRule asked = rule();
  asked.keys.front().path = "/keys/ours.pub";
  asked.keys.push_back({.path = "/keys/gone.pub", .problem = "no such file"});
  const auto refused = fetch_signature(repository.source(), kName, {kOther, kDigest}, asked);
  for (const std::string& part :
       {std::string("organisation 'registry.example/team'"),
        "'/keys/ours.pub' (" + ours().public_key().fingerprint.substr(0, 23),
        std::string("'/keys/gone.pub' (not usable: no such file)"), std::string("the registry 'fake' has none"),
        signature_tag(kOther), signature_tag(kDigest), std::string("'team/x'"), std::string("have it signed")}) {
    EXPECT_TRUE(testing::fails_with(refused, Errc::Denied, part));
  }
  for (PublicKey& key : asked.keys) key.problem = "no such file";
  EXPECT_TRUE(testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, asked), Errc::Denied,
                                  "none of them can be used"));
}

TEST(SignatureSearch, EndsWhenTheRegistryIsGone) {
  FakeRepository repository;
  repository.add(kDigest, kClaim, ours().sign(kClaim));
  repository.blob_error = Error(Errc::Unavailable, "it is gone");
  EXPECT_TRUE(testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, rule()), Errc::Unavailable,
                                  "look for the signature of " + kDigest + ": it is gone"));
  repository.blob_error = Error(Errc::Corrupt, "other bytes");
  EXPECT_TRUE(
      testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, rule()), Errc::Denied, "other bytes"));
}

// An index that names two images, of which one was signed by itself.
TEST(SignatureSearch, OfAnImageSaysNothingOfTheOthersInItsIndex) {
  const testing::TempFolder state;
  const std::string index = "sha256:" + std::string(64, '1');
  const std::string id = "sha256:" + std::string(64, '2');
  const auto plan_of = [&](const std::string& digest, const std::string& config) {
    ImagePlan plan;
    plan.digest = digest;
    plan.source_digest = index;
    plan.manifest.config.digest = config;
    return plan;
  };
  MoveSettings settings;
  settings.state_folder = state.path();
  settings.trust.signatures.push_back(rule());
  settings.trust.find_verified = [&](const std::string& digest) { return find_signatures(state.path(), digest); };
  const auto use = [&](const std::vector<std::string>& digests) {
    return check_trust(settings.trust, std::vector{kName}, digests);
  };
  const auto pull = [&](FakeRepository& repository, const ImagePlan& plan) {
    return check_signed(use({plan.digest, index}), repository.source(), kName, plan, settings);
  };
  FakeRepository repository;
  repository.add(kDigest, kClaim, ours().sign(kClaim));
  ASSERT_TRUE(testing::ok(pull(repository, plan_of(kDigest, id))));
  EXPECT_TRUE(testing::ok(use({kDigest, index})));
  EXPECT_TRUE(testing::ok(use({index, id}))) << "as an engine lists it that knows its index";
  const ImagePlan hostile = plan_of(kOther, "sha256:" + std::string(64, '3'));
  EXPECT_TRUE(
      testing::fails_with(use({kOther, index, hostile.manifest.config.digest}), Errc::InvalidInput, "none was"));
  EXPECT_TRUE(testing::fails_with(pull(repository, hostile), Errc::Denied, "has none"));
  // Who signs the index signs all that it names.
  const std::string claim = claim_for("registry.example/team/x", index);
  repository.add(index, claim, ours().sign(claim));
  ASSERT_TRUE(testing::ok(pull(repository, hostile)));
  EXPECT_TRUE(testing::ok(use({index})));
}

TEST(SignatureSearch, GoesOnWhereAPlaceAnswersSomethingElse) {
  FakeRepository repository;
  repository.add(kDigest, kClaim, ours().sign(kClaim));
  // As a mirror that has a page for whatever it does not know.
  repository.manifests[signature_tag(kOther)] = "<html>";
  const auto found = fetch_signature(repository.source(), kName, {kOther, kDigest}, rule());
  ASSERT_TRUE(testing::ok(found));
  EXPECT_EQ(found->signed_digest, kDigest);
  for (const std::string& body : {std::string("<html>"), std::string(kMaxManifestBytes + 1, ' '),
                                  std::string(R"({"mediaType":"application/vnd.oci.image.index.v1+json"})")}) {
    repository.manifests[signature_tag(kDigest)] = body;
    EXPECT_TRUE(testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, rule()), Errc::Denied,
                                    "under '" + signature_tag(kDigest) + "': "))
        << body.substr(0, 100);
  }
  repository.manifests[signature_tag(kDigest)].clear();
  for (int i = 0; i < 64; ++i) repository.add(kDigest, kClaim, "none");
  EXPECT_TRUE(
      testing::fails_with(fetch_signature(repository.source(), kName, {kDigest}, rule()), Errc::Denied, "no key"));
}

}  // namespace
}  // namespace berth::image
