#include "berth/image/signature_object.h"

#include <gtest/gtest.h>

#include "berth/base/base64.h"
#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;
const std::string kName = "registry.example/team/x";

TEST(SignatureTag, IsMadeOfTheDigest) {
  EXPECT_EQ(signature_tag(kDigest), "sha256-" + kHex + ".sig");
  EXPECT_TRUE(is_tag_of_a_digest(signature_tag(kDigest)));
  EXPECT_TRUE(is_tag_of_a_digest("sha256-" + kHex + ".att"));
  EXPECT_TRUE(is_tag_of_a_digest("sha256-" + kHex));
  for (const std::string tag : {"1.0", "latest", "sha256-", "sha256-1.sig", "sha256"}) {
    EXPECT_FALSE(is_tag_of_a_digest(tag)) << tag;
  }
  EXPECT_FALSE(is_tag_of_a_digest("sha256-" + kHex + "b")) << "a digit more";
}

std::string layer(const std::string& signature, const std::string& type = std::string(kClaimType),
                  const std::string& size = "210", const std::string& digest = kDigest) {
  return R"({"mediaType":")" + type + R"(","size":)" + size + R"(,"digest":")" + digest +
         R"(","annotations":{"dev.cosignproject.cosign/signature":")" + signature + R"("}})";
}

std::string manifest(const std::string& layers, const std::string& more = "") {
  return R"({"schemaVersion":2,)" + more +
         R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":")" + kDigest +
         R"("},"layers":[)" + layers + "]}";
}

TEST(SignatureManifest, IsRead) {
  const auto entries =
      parse_signature_manifest(manifest(layer("AAEC") + "," + layer("AwQF")), std::string(kOciManifestType) + "; x=y");
  ASSERT_TRUE(testing::ok(entries));
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->front().problem, "");
  EXPECT_EQ(entries->front().signature, std::string("\0\1\2", 3));
  EXPECT_EQ(entries->front().claim.digest, kDigest);
  EXPECT_EQ(entries->front().claim.size_bytes, 210u);
  EXPECT_EQ(entries->back().signature, "\3\4\5");
}

struct EntryRow {
  const char* name;
  std::string layer;
  std::string problem;
};
const EntryRow kEntries[] = {
    {"OtherType", layer("AAEC", "application/vnd.oci.image.layer.v1.tar+gzip"), "its type is 'application/vnd.oci"},
    {"Attestation", layer("AAEC", "application/vnd.dsse.envelope.v1+json"), "its type is"},
    {"NoBase64", layer("no base64"), "its signature is no base64"},
    {"UrlBase64", layer("-_-_"), "its signature is no base64"},
    {"NoSignature", layer(""), "has no annotation"},
    {"NoAnnotations", R"({"mediaType":")" + std::string(kClaimType) + R"(","size":1,"digest":")" + kDigest + R"("})",
     "has no annotation"},
    {"HugeSignature", layer(std::string(10000, 'A')), "too long"},
    {"HugeClaim", layer("AAEC", std::string(kClaimType), "65537"), "and 65536 are the most"},
    {"NegativeSize", layer("AAEC", std::string(kClaimType), "-1"), "its size is none"},
    {"SizeOfAGalaxy", layer("AAEC", std::string(kClaimType), "99999999999999999999"), "its size is none"},
    {"NoDigest", layer("AAEC", std::string(kClaimType), "2", "sha256:../../x"), "its digest is none"},
    {"NoObject", "7", "it is no object"},
};

class SignatureEntries : public ::testing::TestWithParam<EntryRow> {};

TEST_P(SignatureEntries, AreKeptWithTheirProblem) {
  const auto entries = parse_signature_manifest(manifest(GetParam().layer + "," + layer("AAEC")), kOciManifestType);
  ASSERT_TRUE(testing::ok(entries));
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_NE(entries->front().problem.find(GetParam().problem), std::string::npos) << entries->front().problem;
  EXPECT_EQ(entries->front().signature, "");
  EXPECT_EQ(entries->back().problem, "") << "one that is good beside it stays good";
}

INSTANTIATE_TEST_SUITE_P(Table, SignatureEntries, ::testing::ValuesIn(kEntries),
                         [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  std::string text;
  Errc code;
  std::string why;
};
std::string many(std::size_t count) {
  std::string layers;
  for (std::size_t i = 0; i < count; ++i) layers += (i == 0 ? "" : ",") + layer("AAEC");
  return manifest(layers);
}
const BadRow kManifests[] = {
    {"NoJson", "<html>", Errc::Corrupt, "manifest of signatures"},
    {"NoObject", "[]", Errc::Corrupt, "no object"},
    {"NoLayers", R"({"schemaVersion":2})", Errc::Corrupt, "no list of layers"},
    {"LayersTwice", manifest("", R"("layers":[],)"), Errc::Corrupt, "stands twice"},
    {"LayersInAnotherSpelling", manifest("", R"("Layers":[],)"), Errc::Corrupt, "another spelling"},
    {"DigestInAnotherSpelling", manifest(R"({"Digest":"x"})"), Errc::Corrupt, "another spelling"},
    {"Index", manifest("", R"("mediaType":"application/vnd.oci.image.index.v1+json",)"), Errc::InvalidInput,
     "is no manifest"},
    {"Huge", std::string(kMaxManifestBytes + 1, ' '), Errc::Exhausted, "are the most"},
};

class BadSignatureManifests : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadSignatureManifests, AreRefused) {
  EXPECT_TRUE(testing::fails_with(parse_signature_manifest(GetParam().text, kOciManifestType), GetParam().code,
                                  GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadSignatureManifests, ::testing::ValuesIn(kManifests),
                         [](const auto& row) { return row.param.name; });

TEST(SignatureManifest, IsLookedAtFromItsEnd) {
  EXPECT_EQ(parse_signature_manifest(many(kMaxSignatures), kOciManifestType)->size(), kMaxSignatures);
  std::string more = many(kMaxSignatures);
  more.insert(more.find("\"layers\":[") + 10, layer("AwQF") + ",");
  more.replace(more.rfind("AAEC"), 4, "BgcI");
  const auto entries = parse_signature_manifest(more, kOciManifestType);
  ASSERT_TRUE(testing::ok(entries));
  ASSERT_EQ(entries->size(), kMaxSignatures);
  EXPECT_EQ(entries->front().signature, std::string("\0\1\2", 3)) << "the first of 65 is left out";
  EXPECT_EQ(entries->back().signature, "\6\7\10");
}

TEST(SignedClaim, IsRead) {
  const auto claim = parse_signed_claim(claim_for(kName, kDigest));
  ASSERT_TRUE(testing::ok(claim));
  EXPECT_EQ(claim->reference, kName);
  EXPECT_EQ(claim->digest, kDigest);
  std::string capital = claim_for(kName, kDigest);
  capital.replace(capital.find("docker-manifest"), 1, "D");
  EXPECT_TRUE(testing::ok(parse_signed_claim(capital))) << "as the specification's example has it";
}

TEST(SignedClaim, IsWrittenAsItIsRead) {
  Reference name = {.registry = "Registry.Example", .path = "team/x", .digest = kDigest};
  EXPECT_EQ(signed_claim_of(name, kDigest), claim_for(kName, kDigest));
  name.tag = "1";
  EXPECT_EQ(signed_claim_of(name, kDigest), claim_for(kName + ":1", kDigest));
  const auto claim = parse_signed_claim(signed_claim_of(name, kDigest));
  ASSERT_TRUE(testing::ok(claim));
  EXPECT_EQ(claim->digest, kDigest);
}

TEST(SignatureManifest, GrowsByOneAtItsEnd) {
  const Descriptor claim = {.media_type = std::string(kClaimType), .digest = kDigest, .size_bytes = 210};
  const auto first = with_signature("", claim, "one");
  ASSERT_TRUE(testing::ok(first));
  const auto second = with_signature(first->body, claim, "two");
  ASSERT_TRUE(testing::ok(second));
  const auto entries = parse_signature_manifest(second->body, kOciManifestType);
  ASSERT_TRUE(testing::ok(entries));
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->front().signature, "one");
  EXPECT_EQ(entries->back().signature, "two");
  EXPECT_EQ(entries->back().claim.digest, kDigest);
  // What stands there is another tool's, and stays: also what is not known here.
  const auto third = with_signature(manifest(R"({"mediaType":"other","digest":"x","more":[1]})"), claim, "three");
  ASSERT_TRUE(testing::ok(third));
  EXPECT_NE(third->body.find("\"more\""), std::string::npos) << third->body;
  EXPECT_TRUE(
      testing::fails_with(with_signature(many(kMaxSignatures), claim, "x"), Errc::Exhausted, "have the registry"));
  EXPECT_TRUE(testing::fails_with(with_signature("<html>", claim, "x"), Errc::Corrupt, "manifest of signatures"));
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = claim_for(kName, kDigest);
  return text.replace(text.find(from), from.size(), to);
}
const BadRow kClaims[] = {
    {"NoJson", "x", Errc::Corrupt, "signed claim"},
    {"NoObject", "3", Errc::Corrupt, "no object"},
    {"Empty", "{}", Errc::Corrupt, "it has no 'critical'"},
    {"OtherType", changed("cosign container", "atomic container"), Errc::Corrupt, "its type is 'atomic container"},
    {"NoType", changed("\"type\"", "\"kind\""), Errc::Corrupt, "its type is ''"},
    {"NoIdentity", changed("\"identity\"", "\"identify\""), Errc::Corrupt, "it has no 'identity'"},
    {"NoImage", changed("\"image\"", "\"images\""), Errc::Corrupt, "it has no 'image'"},
    {"NoDigest", changed(kDigest, "sha256:1"), Errc::Corrupt, "names no image's digest"},
    {"DigestOfAnotherKind", changed("\"" + kDigest + "\"", "7"), Errc::Corrupt, "names no image's digest"},
    {"TwoDigests", changed("\"docker-manifest-digest\"", "\"Docker-manifest-digest\":\"x\",\"docker-manifest-digest\""),
     Errc::Corrupt, "two digests"},
    {"KeyTwice", changed("\"type\"", "\"type\":\"x\",\"type\""), Errc::Corrupt, "stands twice"},
    {"OtherSpelling", changed("\"type\"", "\"Type\":\"x\",\"type\""), Errc::Corrupt, "another spelling"},
    {"MoreBehindIt", claim_for(kName, kDigest) + "{}", Errc::Corrupt, "signed claim"},
};

class BadClaims : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadClaims, AreRefused) {
  EXPECT_TRUE(testing::fails_with(parse_signed_claim(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadClaims, ::testing::ValuesIn(kClaims),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
