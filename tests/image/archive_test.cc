#include "berth/image/archive.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "berth/base/sha256.h"
#include "berth/image/layout_writer.h"
#include "berth/image/signature_object.h"
#include "berth/image/signature_records.h"
#include "berth/image/tar_writer.h"
#include "tests/image/fixture_store.h"
#include "tests/image/signing.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::image {
namespace {

const Reference kName = {.registry = "registry.example", .path = "team/x", .tag = "1"};
const std::string kPlace = "registry.example/team/x";

// A layout with an image, whose layer nobody fetches, and its signature.
class SignedLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_.path() / kLayoutBlobs);
    const std::string config =
        R"({"architecture":"","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[")" + digest_of('d') +
        R"("]}})";
    config_ = put_blob(config);
    const std::string manifest =
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" +
        descriptor("application/vnd.oci.image.config.v1+json", config_, config) + R"(,"layers":[{"mediaType":)" +
        R"("application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + digest_of('e') + R"(","size":7}]})";
    digest_ = put_blob(manifest);
    const std::string claim = claim_for(kPlace, digest_);
    const Descriptor signed_text = {
        .media_type = std::string(kClaimType), .digest = put_blob(claim), .size_bytes = claim.size()};
    const SignatureManifest signatures = *with_signature("", signed_text, key_.sign(claim));
    put_blob(signatures.config);
    put("index.json", R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" +
                          named(manifest, kPlace + ":1") + "," +
                          named(signatures.body, kPlace + ":" + signature_tag(digest_)) + "]}");
    put_blob(signatures.body);
    settings_.storage.graph_root = store_.root();
    settings_.state_folder = state_.path();
    settings_.trust.signatures.push_back(
        {.reach = Reach::Registry, .place = {.registry = "registry.example"}, .keys = {key_.public_key()}});
    settings_.trust.find_verified = [this](const std::string& digest) {
      return find_signatures(state_.path(), digest);
    };
  }

  // The image is here, with that digest.
  void keep(const std::string& digest) {
    store_.write();
    store_.put(store_.root() / "overlay-images/images.json",
               R"([{"id":")" + config_.substr(7) + R"(","digest":")" + digest + R"(","names":[")" + kPlace +
                   R"(:1"],"layer":")" + id_of('1') + R"(","created":"2026-01-01T00:00:00Z"}])");
  }

  Result<Pulled> load() {
    BERTH_TRY(const LayoutFolder layout, LayoutFolder::open(folder_.path()));
    return load_image(layout, layout.images().front(), kName, NameFrom::File, settings_,
                      std::chrono::steady_clock::now() + std::chrono::minutes(1));
  }

  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder_.path() / name, text, 0600)));
  }
  std::string put_blob(const std::string& text) {
    put(std::string(kLayoutBlobs) + sha256_hex(text), text);
    return "sha256:" + sha256_hex(text);
  }
  static std::string descriptor(const std::string& type, const std::string& digest, const std::string& text) {
    return R"({"mediaType":")" + type + R"(","digest":")" + digest + R"(","size":)" + std::to_string(text.size()) + "}";
  }
  static std::string named(const std::string& manifest, const std::string& name) {
    std::string entry = descriptor(std::string(kOciManifestType), "sha256:" + sha256_hex(manifest), manifest);
    entry.pop_back();
    return entry + R"(,"annotations":{"org.opencontainers.image.ref.name":")" + name + R"("}})";
  }

  testing::TempFolder folder_;
  testing::TempFolder state_;
  FixtureStore store_;
  TestKey key_ = TestKey::p256();
  MoveSettings settings_;
  std::string digest_;  // of the image in the file
  std::string config_;
};

TEST_F(SignedLayout, SignsTheImageThatIsHerePackedInAnotherWay) {
  keep(digest_of('f'));
  const auto use = [&] { return check_trust(settings_.trust, kName, digest_of('f')); };
  EXPECT_TRUE(testing::fails_with(use(), Errc::InvalidInput, "none was verified"));
  const auto loaded = load();
  ASSERT_TRUE(testing::ok(loaded));
  EXPECT_FALSE(loaded->changed);
  EXPECT_EQ(loaded->digest, digest_of('f'));
  EXPECT_TRUE(testing::ok(use()));
}

TEST_F(SignedLayout, SaysNothingOfAnotherImageUnderItsName) {
  config_ = digest_of('c');
  keep(digest_of('f'));
  EXPECT_TRUE(testing::fails_with(load(), Errc::AlreadyExists, "a tag does not change"));
  EXPECT_TRUE(testing::fails_with(check_trust(settings_.trust, kName, digest_of('f')), Errc::InvalidInput, "none was"));
}

// What goes into a file of an image that was signed.
TEST(SavedSignatures, GoAlongOrAreMissed) {
  const testing::TempFolder folder;
  const auto put = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(folder.path() / name, text, 0600)));
  };
  ExportedImage image;
  image.folder = folder.path();
  image.manifest_body = "{}";
  image.digest = "sha256:" + sha256_hex(image.manifest_body);
  image.manifest.media_type = kOciManifestType;
  image.manifest.config = {.media_type = "x", .digest = "sha256:" + sha256_hex("config"), .size_bytes = 6};
  put(sha256_hex("config"), "config");
  const auto signature_of = [&](const std::string& digest) {
    return VerifiedSignature{.repository = kPlace,
                             .signed_digest = digest,
                             .key = digest_of('a'),
                             .claim = claim_for(kPlace, digest),
                             .signature = "x"};
  };
  auto tar = TarWriter::create(folder.path() / "file.tar");
  ASSERT_TRUE(testing::ok(tar));
  LayoutWriter layout(*tar);
  const auto adds = [&](const std::vector<VerifiedSignature>& verified) {
    const auto added = layout.add(image, kName, verified);
    EXPECT_TRUE(testing::ok(added));
    return added.value_or(false);
  };
  EXPECT_TRUE(adds({})) << "it has none";
  EXPECT_TRUE(adds({signature_of(image.digest)}));
  EXPECT_FALSE(adds({signature_of(digest_of('b'))})) << "its layers were packed anew";
  EXPECT_TRUE(adds({signature_of(digest_of('b')), signature_of(image.digest)}));
  VerifiedSignature elsewhere = signature_of(digest_of('b'));
  elsewhere.repository = "registry.example/team/y";
  EXPECT_TRUE(adds({elsewhere})) << "which is another name's";
}

}  // namespace
}  // namespace berth::image
