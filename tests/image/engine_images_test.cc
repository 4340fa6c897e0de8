#include "berth/image/engine_images.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "berth/image/named_images.h"
#include "berth/image/trust.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kA(64, 'a');
const std::string kB(64, 'b');

TEST(EngineList, IsReadAsDockerAndPodmanPrintIt) {
  const auto images =
      parse_engine_list(fmt::format("localhost/berth/python3-deb\t3.11.2.1\tsha256:{0}\t<none>\n"
                                    "demisto/python3\t3.10.1.2\t{1}\tsha256:{0}\n"
                                    "<none>\t<none>\t{1}\tsha256:{0}\n",
                                    kA, kB));
  ASSERT_EQ(images.size(), 2u) << "each once";
  EXPECT_EQ(images[0].id, kA);
  EXPECT_EQ(images[0].digest, "sha256:" + kA);  // its id, where there is no other
  EXPECT_EQ(to_string(images[0].names.front()), "localhost/berth/python3-deb:3.11.2.1");
  EXPECT_EQ(images[1].id, kB);
  EXPECT_TRUE(images[0].other_digests.empty());
  EXPECT_EQ(images[1].digest, "sha256:" + kA);
  EXPECT_EQ(images[1].other_digests, std::vector{"sha256:" + kB}) << "its id, which is that of its configuration";
  EXPECT_EQ(images[1].names.size(), 1u);
  const NamedImages named(images);
  const StoredImage* found = named.find(*parse_reference("python3"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, kA);
  EXPECT_EQ(named.find(*parse_reference("docker.io/demisto/python3"))->id, kB);
}

TEST(EngineList, HasAllDigestsOfAnImage) {
  const std::string kC(64, 'c');
  const auto images = parse_engine_list(
      fmt::format("a\t1\tsha256:{0}\t<none>\nb\t1\tsha256:{0}\tsha256:{1}\nc\t1\tsha256:{0}\tsha256:{2}\n"
                  "d\t1\tsha256:{0}\tsha256:{1}\n",
                  kA, kB, kC));
  ASSERT_EQ(images.size(), 1u);
  EXPECT_EQ(images[0].names.size(), 4u);
  EXPECT_EQ(images[0].digest, "sha256:" + kB) << "what it is known by elsewhere, before its id";
  EXPECT_EQ(images[0].other_digests, (std::vector{"sha256:" + kC, "sha256:" + kA}));
}

TEST(EngineList, LeavesOutWhatIsNone) {
  for (const char* line : {"", "\n", "a", "a\tb", "a\tb\tsha256:12\t<none>", "a\tb\t../../x\tsha256:x", "\t\t\t\t\t"}) {
    EXPECT_TRUE(parse_engine_list(line).empty()) << line;
  }
}

TEST(InspectedImage, HasItsConfig) {
  const auto image = parse_inspected_image(fmt::format(
      R"([{{"Id": "sha256:{}", "Created": "2026-11-06T12:41:34Z", "Config": {{"Env": ["PATH=/bin", "A=1"],
          "User": "demisto", "Volumes": {{"/data": {{}}, "/log": {{}}}}, "Labels": {{"x": "y"}}}}}}])",
      kA));
  ASSERT_TRUE(testing::ok(image));
  EXPECT_EQ(image->id, kA);
  EXPECT_EQ(image->created, "2026-11-06T12:41:34Z");
  EXPECT_EQ(image->config.env_value("PATH"), "/bin");
  EXPECT_EQ(image->config.volumes, (std::vector<std::string>{"/data", "/log"}));
  EXPECT_EQ(image->config.label("x"), "y");
}

struct Bad {
  const char* name;
  std::string json;
  const char* why;
};

const Bad kBad[] = {
    {"Nothing", "", "read what the engine says"},
    {"NoList", "{}", "it is no list of one image"},
    {"NoImage", "[]", "it is no list of one image"},
    {"Two", "[{}, {}]", "it is no list of one image"},
    {"NoId", "[{}]", "Id: it is no digest"},
    {"PathAsId", R"([{"Id": "../../etc"}])", "Id: it is no digest"},
    {"VolumesThatAreAList", fmt::format(R"([{{"Id": "{}", "Config": {{"Volumes": ["/x"]}}}}])", kA), "Volumes"},
    {"EnvThatIsNone", fmt::format(R"([{{"Id": "{}", "Config": {{"Env": ["x"]}}}}])", kA), "NAME=value"},
    {"ConfigThatIsNone", fmt::format(R"([{{"Id": "{}", "Config": 1}}])", kA), "it is not an object"},
};

class BadInspection : public ::testing::TestWithParam<Bad> {};

TEST_P(BadInspection, IsRefused) {
  EXPECT_TRUE(testing::fails_with(parse_inspected_image(GetParam().json), Errc::Corrupt, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadInspection, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(EngineImages, SayThatTheEngineIsNotThere) {
  EngineImages images({"berth-no-such-engine", {}});
  EXPECT_TRUE(testing::fails_with(images.resolve(*parse_reference("python3"), {}, default_trust()), Errc::NotFound,
                                  "start berth-no-such-engine"));
}

}  // namespace
}  // namespace berth::image
