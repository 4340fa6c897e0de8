#include "berth/image/engine_catalogue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kA(64, 'a');
const std::string kB(64, 'b');
const std::string kC(64, 'c');

std::string inspected(const std::string& id, const std::string& more = "") {
  return fmt::format(R"({{"Id": "sha256:{}", "Created": "2026-11-06T12:41:34Z", "Architecture": "amd64", "Size": 1234,
      "RootFS": {{"Type": "layers", "Layers": ["sha256:1", "sha256:2"]}}, "Config": {{"Labels": {{"x": "y"}}}}{}}})",
                     id, more);
}

TEST(EngineCatalogue, HasEachImageOnceWithAllItsNames) {
  const std::string listed = fmt::format(
      "localhost/tool\t1.0\tsha256:{0}\t<none>\nlocalhost/other\t2\t{1}\tsha256:{2}\ntool-too\t1\t{0}\t<none>\n", kA,
      kB, kC);
  const auto catalogue =
      EngineCatalogue::parse("docker", listed, fmt::format("[{}, {}]", inspected(kB), inspected(kA)));
  ASSERT_TRUE(testing::ok(catalogue));
  ASSERT_EQ(catalogue->images().size(), 2U);
  EXPECT_EQ(catalogue->images()[0].id, kA);
  EXPECT_EQ(catalogue->images()[0].names.size(), 2U);
  EXPECT_EQ(catalogue->images()[0].created, "2026-11-06T12:41:34Z");
  const EngineImage* found = catalogue->find(kB);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->image.digest, "sha256:" + kC);
  EXPECT_EQ(digests_of(found->image), (std::vector{"sha256:" + kC, "sha256:" + kB})) << "its id, too";
  EXPECT_EQ(found->size_bytes, 1234U);
  EXPECT_EQ(found->layers, 2U);
  EXPECT_EQ(found->architecture, "amd64");
  EXPECT_EQ(found->image.config.label("x"), "y");
  EXPECT_EQ(catalogue->find(kC), nullptr);
  const auto named = catalogue->find_image(*parse_reference("tool"));
  ASSERT_TRUE(testing::ok(named));
  EXPECT_EQ(named->id, kA);
  EXPECT_TRUE(testing::fails_with(catalogue->find_image(*parse_reference("tolo:1.0")), Errc::NotFound,
                                  "among the images of docker"));
}

TEST(EngineCatalogue, LeavesOutWhatCameOrWentInBetween) {
  const std::string listed = fmt::format("a\t1\t{}\t<none>\nb\t1\t{}\t<none>\n", kA, kB);
  const auto catalogue =
      EngineCatalogue::parse("podman", listed, fmt::format("[{}, {}]", inspected(kB), inspected(kC)));
  ASSERT_TRUE(testing::ok(catalogue));
  ASSERT_EQ(catalogue->images().size(), 1U);
  EXPECT_EQ(catalogue->images()[0].id, kB);
}

TEST(EngineCatalogue, SaysThatTheEngineIsNotThere) {
  EXPECT_TRUE(testing::fails_with(EngineCatalogue::read({"berth-no-such-engine", {}}), Errc::NotFound,
                                  "start berth-no-such-engine"));
}

struct Bad {
  const char* name;
  std::string json;
  const char* why;
};

const Bad kBad[] = {
    {"Nothing", "", "read what the engine says of its images"},
    {"NoList", "{}", "it is no list"},
    {"NoObject", "[1]", "it is no object"},
    {"NoId", "[{}]", "Id: it is no digest"},
    {"OneOfSeveral", fmt::format(R"([{}, {{"Id": "x"}}])", inspected(kA)), "Id: it is no digest"},
};

class BadInspections : public ::testing::TestWithParam<Bad> {};

TEST_P(BadInspections, AreRefused) {
  EXPECT_TRUE(testing::fails_with(parse_inspected_images(GetParam().json), Errc::Corrupt, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadInspections, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(InspectedImages, MayLackWhatIsNotNeeded) {
  for (const char* more :
       {R"(, "Size": -5)", R"(, "Size": "many")", R"(, "RootFS": 7)", R"(, "RootFS": {"Layers": 1})"}) {
    const std::string json = fmt::format(R"([{{"Id": "{}"{}}}])", kA, more);
    const auto images = parse_inspected_images(json);
    ASSERT_TRUE(testing::ok(images)) << json;
    EXPECT_EQ(images->front().size_bytes, 0U);
    EXPECT_EQ(images->front().layers, 0U);
  }
}

TEST(EngineHistory, IsReadAsDockerAndPodmanPrintIt) {
  const auto docker = parse_engine_history(
      R"({"Comment":"","CreatedAt":"2026-01-02T00:00:00Z","CreatedBy":"CMD [\"a\tb\"]","ID":"x","Size":"0"})"
      "\n"
      R"({"Comment":"made","CreatedAt":"2026-01-01T00:00:00Z","CreatedBy":"ADD x","ID":"y","Size":"77"})"
      "\n");
  ASSERT_TRUE(testing::ok(docker));
  ASSERT_EQ(docker->size(), 2U);
  EXPECT_EQ((*docker)[0].step.created_by, "ADD x");
  EXPECT_EQ((*docker)[0].step.comment, "made");
  EXPECT_EQ((*docker)[0].size_bytes, 77U);
  EXPECT_FALSE((*docker)[1].step.has_layer);
  const auto podman = parse_engine_history(
      R"([{"id":"x","created":"2026-01-01T00:00:00Z","CreatedBy":"ADD x","size":77,"comment":"made"}])");
  ASSERT_TRUE(testing::ok(podman));
  EXPECT_EQ((*podman)[0].step.created, "2026-01-01T00:00:00Z");
  EXPECT_EQ((*podman)[0].size_bytes, 77U);
  EXPECT_TRUE(testing::ok(parse_engine_history("")));
  for (const char* text : {"x", "[1]", "{}\n{"}) {
    EXPECT_TRUE(testing::fails_with(parse_engine_history(text), Errc::Corrupt, "a line is no object")) << text;
  }
}

}  // namespace
}  // namespace berth::image
