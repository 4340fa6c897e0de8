#include "berth/image/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kConfig = fmt::format(
    R"("config": {{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{}", "size": 7}})", kDigest);

std::string layer(const std::string& type = "application/vnd.oci.image.layer.v1.tar+gzip",
                  const std::string& size = "5") {
  return fmt::format(R"({{"mediaType": "{}", "digest": "{}", "size": {}}})", type, kDigest, size);
}

std::string manifest(const std::string& layers, const std::string& more = "") {
  return fmt::format(R"({{"schemaVersion": 2, {} {}, "layers": [{}]}})", more, kConfig, layers);
}

TEST(Manifest, IsRead) {
  const auto parsed = parse_manifest(manifest(layer() + "," + layer("application/vnd.oci.image.layer.v1.tar", "9") +
                                              "," + layer("application/vnd.oci.image.layer.v1.tar+zstd")),
                                     "application/vnd.oci.image.manifest.v1+json; charset=utf-8");
  ASSERT_TRUE(testing::ok(parsed));
  const auto* read = std::get_if<ImageManifest>(&*parsed);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->media_type, kOciManifestType);
  EXPECT_EQ(read->config.size_bytes, 7u);
  ASSERT_EQ(read->layers.size(), 3u);
  EXPECT_EQ(read->layers[0].packing, Packing::Gzip);
  EXPECT_EQ(read->layers[1].packing, Packing::Plain);
  EXPECT_EQ(read->layers[2].packing, Packing::Zstd);
  EXPECT_EQ(read->layer_bytes(), 19u);
}

TEST(Manifest, OfDockerIsRead) {
  const std::string body = fmt::format(
      R"({{"schemaVersion": 2, "mediaType": "{}", "config": {{"mediaType":
      "application/vnd.docker.container.image.v1+json", "digest": "{}", "size": 1}}, "layers": [{}]}})",
      kDockerManifestType, kDigest, layer("application/vnd.docker.image.rootfs.diff.tar.gzip"));
  const auto parsed = parse_manifest(body, kDockerManifestType);
  ASSERT_TRUE(testing::ok(parsed));
  EXPECT_TRUE(std::holds_alternative<ImageManifest>(*parsed));
}

struct Row {
  const char* name;
  std::string body;
  std::string type;
  Errc code;
  const char* why;
};

std::string repeated(std::size_t count) {
  std::string layers = layer();
  for (std::size_t i = 1; i < count; ++i) layers += "," + layer();
  return layers;
}

const Row kRows[] = {
    {"NoJson", "<html>", "", Errc::Corrupt, "parse JSON"},
    {"NoObject", "[]", "", Errc::Corrupt, "it is no object"},
    {"NoVersion", "{}", "", Errc::Corrupt, "schemaVersion is not 2"},
    {"OldForm", R"({"schemaVersion": 1})", "", Errc::InvalidInput, "schema 1"},
    {"KeyTwice", manifest(layer(), R"("schemaVersion": 2,)"), "", Errc::Corrupt, "'schemaVersion' stands twice"},
    {"OtherSpelling", manifest(layer(), R"("LAYERS": [],)"), "", Errc::Corrupt, "another spelling of 'layers'"},
    {"SpellingOfUnicode", manifest(layer(), "\"layer\xC5\xBF\": [],"), "", Errc::Corrupt,
     "another spelling of 'layers'"},
    {"BothAtOnce", manifest(layer(), R"("manifests": [],)"), "", Errc::Corrupt, "a manifest and an index at once"},
    {"CalledOtherwise", manifest(layer(), R"("mediaType": "a/b",)"), std::string(kOciManifestType), Errc::Corrupt,
     "and it calls itself 'a/b'"},
    {"OtherType", manifest(layer(), R"("mediaType": "a/b",)"), "", Errc::InvalidInput, "'a/b' is no manifest"},
    {"NoLayers", manifest(""), "", Errc::Corrupt, "it has no layer"},
    {"TooManyLayers", manifest(repeated(257)), "", Errc::Exhausted, "257 layers, and 256 are the most"},
    {"NegativeSize", manifest(layer("application/vnd.oci.image.layer.v1.tar", "-1")), "", Errc::Corrupt,
     "layer 1: its size is no number"},
    {"SizeOverSixtyThreeBits", manifest(layer("application/vnd.oci.image.layer.v1.tar", "9223372036854775808")), "",
     Errc::Corrupt, "layer 1: its size is no number"},
    {"SizeWithPoint", manifest(layer("application/vnd.oci.image.layer.v1.tar", "1.5")), "", Errc::Corrupt,
     "layer 1: its size is no number"},
    {"LargeLayer", manifest(layer("application/vnd.oci.image.layer.v1.tar", "99999999999999")), "", Errc::Exhausted,
     "are the most"},
    {"ForeignLayer", manifest(layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")), "",
     Errc::InvalidInput, "lie outside the registry"},
    {"Xz", manifest(layer("application/vnd.oci.image.layer.v1.tar+xz")), "", Errc::InvalidInput, "no type of a layer"},
    {"UnknownLayer", manifest(layer("a/b")), "", Errc::InvalidInput, "'a/b' is no type of a layer"},
    {"NotUtf8", manifest(layer(), "\"x\": \"\xff\","), "", Errc::Corrupt, "not UTF-8"},
    {"Nul", manifest(layer(), R"("x": "\u0000",)"), "", Errc::Corrupt, "holds a NUL"},
    {"NotANumber", manifest(layer(), R"("x": NaN,)"), "", Errc::Corrupt, "a number in it is none"},
    {"Nested", manifest(layer(), "\"x\": " + std::string(40, '[') + std::string(40, ']') + ","), "", Errc::Exhausted,
     "nesting"},
    {"Large", std::string(kMaxManifestBytes + 1, ' '), "", Errc::Exhausted, "are the most"},
};

class ManifestRows : public ::testing::TestWithParam<Row> {};

TEST_P(ManifestRows, AreRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_manifest(GetParam().body, GetParam().type), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, ManifestRows, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(Index, HasAnEntryForTheMachine) {
  const auto entry = [](const char* architecture, char digit) {
    return fmt::format(R"({{"mediaType": "{}", "digest": "sha256:{}", "size": 3,
                           "platform": {{"os": "linux", "architecture": "{}"}}}})",
                       kOciManifestType, std::string(64, digit), architecture);
  };
  const auto parsed = parse_manifest(
      fmt::format(R"({{"schemaVersion": 2, "manifests": [{}, {}]}})", entry("arm64", '1'), entry("amd64", '2')),
      kOciIndexType);
  ASSERT_TRUE(testing::ok(parsed));
  const auto* index = std::get_if<ImageIndex>(&*parsed);
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(choose_entry(*index, "amd64")->digest, "sha256:" + std::string(64, '2'));
  EXPECT_TRUE(is_only_choice(*index, index->entries[1]));
  ImageIndex two = *index;
  two.entries.push_back(two.entries[1]);
  EXPECT_FALSE(is_only_choice(two, two.entries[1])) << "another tool could choose the other";
  ImageIndex odd = *index;
  odd.entries[1].variant = "v3";
  EXPECT_FALSE(is_only_choice(odd, odd.entries[1]));
  odd.entries[0].variant = "v8";
  EXPECT_TRUE(is_only_choice(odd, odd.entries[0])) << "what arm64 is, said or not";
  EXPECT_TRUE(testing::fails_with(choose_entry(*index, "riscv64"), Errc::NotFound,
                                  "none for linux/riscv64; there is linux/arm64, linux/amd64"));
}

ImageManifest one_layer() {
  ImageManifest manifest;
  manifest.layers.resize(1);
  return manifest;
}

TEST(Config, IsJudged) {
  const auto config = [&](const std::string& more, const std::string& ids) {
    return judge_config(fmt::format(R"({{{} "rootfs": {{"type": "layers", "diff_ids": [{}]}}}})", more, ids),
                        one_layer());
  };
  const std::string id = "\"" + kDigest + "\"";
  const auto good =
      config(fmt::format(R"("architecture": "{}", "os": "linux", "config": {{"User": "x"}},)", own_architecture()), id);
  ASSERT_TRUE(testing::ok(good));
  EXPECT_EQ(good->diff_ids, std::vector{kDigest});
  EXPECT_EQ(good->config.user, "x");
  EXPECT_TRUE(testing::fails_with(config("", ""), Errc::Corrupt, "it names 0 layers, and the manifest 1"));
  EXPECT_TRUE(testing::fails_with(config("", "\"x\""), Errc::Corrupt, "a layer's digest is none"));
  EXPECT_TRUE(testing::fails_with(config(R"("os": "windows",)", id), Errc::InvalidInput, "for the system 'windows'"));
  EXPECT_TRUE(testing::fails_with(config(R"("architecture": "s390x",)", id), Errc::InvalidInput, "it is for s390x"));
  EXPECT_TRUE(testing::fails_with(config(R"("config": {"env": []},)", id), Errc::Corrupt, "another spelling of 'Env'"));
  EXPECT_TRUE(testing::fails_with(judge_config("{}", one_layer()), Errc::Corrupt, "no list of its layers"));
}

}  // namespace
}  // namespace berth::image
