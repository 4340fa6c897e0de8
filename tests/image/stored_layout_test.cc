#include "berth/image/stored_layout.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "berth/image/image_config.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kA(64, 'a');
const std::string kB(64, 'b');

TEST(Records, AreSplitWithoutBeingParsed) {
  const auto records = split_records(" [ {\"a\": \"}\\\"{\\\\\"},\n{\"b\": {\"c\": []}} ] ");
  ASSERT_TRUE(testing::ok(records));
  EXPECT_EQ(*records, (std::vector<std::string_view>{"{\"a\": \"}\\\"{\\\\\"}", "{\"b\": {\"c\": []}}"}));
  EXPECT_TRUE(split_records("[]")->empty());
}

TEST(Records, AreRefusedWhereTheListIsNone) {
  for (const char* json :
       {"", " ", "{}", "1", "[", "[1]", "[{]", "[{}", "[{},", "[{},]", "[{} {}]", "[{\"", "[{\"\\\"}]"}) {
    EXPECT_TRUE(testing::fails_with(split_records(json), Errc::Corrupt, "it is not a list of records")) << json;
  }
  EXPECT_TRUE(testing::fails_with(parse_layer_sizes("{}"), Errc::Corrupt, "it is not a list of records"));
}

struct Record {
  const char* name;
  std::string id;
  std::string digest;
  std::string layer;
  bool usable;
};

const Record kRecords[] = {
    {"Whole", kA, "sha256:" + kA, kB, true},         {"NoLayer", kA, "sha256:" + kA, "", true},
    {"PathAsId", "../x", "sha256:" + kA, kB, false}, {"UpperCaseId", std::string(64, 'A'), "sha256:" + kA, kB, false},
    {"NoDigest", kA, "sha256:x", kB, false},         {"PathAsLayer", kA, "sha256:" + kA, "../../../../etc", false},
};

class RecordRows : public ::testing::TestWithParam<Record> {};

TEST_P(RecordRows, AreUsableOnlyWithIds) {
  const Record& row = GetParam();
  const auto image =
      parse_stored_image(fmt::format(R"({{"id": "{}", "digest": "{}", "layer": "{}", "names": ["x", 1, "../y", "X"]}})",
                                     row.id, row.digest, row.layer));
  ASSERT_TRUE(testing::ok(image));
  ASSERT_EQ(image->has_value(), row.usable);
  if (row.usable) {
    ASSERT_EQ((*image)->names.size(), 1u);
    EXPECT_EQ((*image)->names.front().path, "x");
  }
}

TEST(Records, KnowAllDigestsOfAnImage) {
  const std::string index(64, 'c');
  const std::string other(64, 'd');
  const auto image = parse_stored_image(fmt::format(
      R"({{"id": "{0}", "digest": "sha256:{2}", "big-data-digests": {{"manifest": "sha256:{1}", "sha256:{0}": "sha256:{0}",
          "manifest-sha256:{2}": "sha256:{2}", "manifest-sha256:{1}": "sha256:{1}", "manifest-sha256:{3}": 1,
          "manifest-x": "sha256:{0}"}}}})",
      kA, kB, index, other));
  ASSERT_TRUE(testing::ok(image));
  ASSERT_TRUE(image->has_value());
  EXPECT_EQ((*image)->digest, "sha256:" + kB) << "the manifest, not the index that the record begins with";
  EXPECT_EQ((*image)->other_digests, (std::vector{"sha256:" + index, "sha256:" + other}));
  EXPECT_TRUE(has_digest(**image, "sha256:" + kB) && has_digest(**image, "sha256:" + index));
  EXPECT_FALSE(has_digest(**image, "sha256:" + kA));
}

INSTANTIATE_TEST_SUITE_P(Table, RecordRows, ::testing::ValuesIn(kRecords),
                         [](const auto& row) { return row.param.name; });

TEST(Lower, NamesPlainLinksOnly) {
  EXPECT_EQ(*parse_lower("l/AB2:l/CD\n"), (std::vector<std::string>{"AB2", "CD"}));
  EXPECT_TRUE(parse_lower("")->empty());
  for (const std::string& text : {std::string("l/../x"), std::string("/etc"), std::string("l/"), std::string("l/a"),
                                  std::string("l/A::l/B"), "l/" + std::string(65, 'A')}) {
    EXPECT_TRUE(testing::fails_with(parse_lower(text), Errc::Corrupt, "not plain links")) << text;
  }
  std::string many = "l/A";
  for (int i = 0; i < 500; ++i) many += ":l/A";
  EXPECT_TRUE(testing::fails_with(parse_lower(many), Errc::Corrupt, "more than 500 layers"));
}

TEST(LayerLink, LeadsToALayerOnly) {
  EXPECT_EQ(layer_of_link("../" + kA + "/diff"), kA);
  for (const std::string& target : {std::string("../diff"), std::string("../../etc/diff"), "../" + kA, kA + "/diff",
                                    "../" + kA + "/../" + kB + "/diff", std::string()}) {
    EXPECT_EQ(layer_of_link(target), std::nullopt) << target;
  }
}

TEST(BlobFileName, IsAsTheStorageWritesIt) {
  EXPECT_EQ(blob_file_name("manifest"), "manifest");
  EXPECT_EQ(blob_file_name("sha256:ab"), "=c2hhMjU2OmFi");
  EXPECT_EQ(blob_file_name("A"), "=QQ==");
  EXPECT_EQ(blob_file_name("AB"), "=QUI=");
  EXPECT_EQ(blob_file_name("../x"), "=Li4veA==");
}

std::string many(std::string_view item, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += fmt::format("{}{}", i == 0 ? "" : ",", item);
  return text;
}

struct BadConfig {
  const char* name;
  std::string json;
  const char* why;
};

const BadConfig kBadConfigs[] = {
    {"NoJson", "x", "read the image's config: "},
    {"ConfigIsList", R"({"config": []})", "config: it is not an object"},
    {"EnvIsText", R"({"config": {"Env": "A=1"}})", "Env: it is not a list"},
    {"EnvItem", R"({"config": {"Env": [1]}})", "Env: an item is not a text"},
    {"EnvNameless", R"({"config": {"Env": ["=1"]}})", "Env: an item is not of the form NAME=value"},
    {"EnvNul", R"({"config": {"Env": ["A=\u0000"]}})", "Env: an item holds a NUL"},
    {"EnvMany", R"({"config": {"Env": [)" + many(R"("A=1")", 5000) + "]}}", "Env: it has more than 4096 items"},
    {"EnvMillion", R"({"config": {"Env": [)" + many(R"("A=1")", 1'000'000) + "]}}", "over the limit of 1 MiB"},
    {"EnvLong", R"({"config": {"Env": ["A=)" + std::string(200'000, 'x') + R"("]}})", "over the limit of 128 KiB"},
    {"UserControl", R"({"config": {"User": "a\nb"}})", "User: it is not the name of a user"},
    {"UserLong", R"({"config": {"User": ")" + std::string(300, 'u') + R"("}})", "User: it is not the name of a user"},
    {"WorkdirRelative", R"({"config": {"WorkingDir": "../x"}})", "WorkingDir: it is not absolute"},
    {"Deep", R"({"config": )" + std::string(100, '[') + std::string(100, ']') + "}", "nesting"},
    {"LabelList", R"({"config": {"Labels": []}})", "Labels: it is not an object"},
};

class BadConfigs : public ::testing::TestWithParam<BadConfig> {};

TEST_P(BadConfigs, AreRefused) {
  EXPECT_TRUE(testing::fails_with(parse_image_config(GetParam().json), Errc::Corrupt, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadConfigs, ::testing::ValuesIn(kBadConfigs),
                         [](const auto& row) { return row.param.name; });

TEST(ImageConfig, MayBeEmpty) {
  for (const char* json : {"{}", R"({"config": null})", R"({"config": {"Env": null, "User": null, "Labels": null}})"}) {
    const auto config = parse_image_config(json);
    ASSERT_TRUE(testing::ok(config));
    EXPECT_TRUE(config->env.empty());
    EXPECT_EQ(config->user, "");
  }
}

}  // namespace
}  // namespace berth::image
