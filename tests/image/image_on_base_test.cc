#include "berth/image/image_on_base.h"

#include <gtest/gtest.h>

#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/image/manifest.h"
#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

const std::string kBelow = "sha256:" + std::string(64, 'a');
const std::string kOwn = "sha256:" + std::string(64, 'b');
const std::string kBase = R"({"created": "2020-01-01T00:00:00Z", "architecture": ")" + std::string(own_architecture()) +
                          R"(", "os": "linux", "container": "abc", "docker_version": "20",
    "config": {"User": "demisto", "Env": ["PATH=/bin", "DOCKER_IMAGE=base:1", "DOCKER=no"], "Cmd": ["python3"],
               "Labels": {"title": "base", "kept": "yes", "source": "base's"}},
    "history": [{"created_by": "first"}], "rootfs": {"type": "layers", "diff_ids": [")" +
                          kBelow + R"("]}})";

BuildOrder order() {
  BuildOrder order;
  order.time = 1'600'000'000;
  order.environment = {"DOCKER_IMAGE=made:1.0.0.1", "NEW=x"};
  order.labels = {{"title", "made"}, {"berth.lock", "k"}, {"source", ""}};
  order.annotations = {{"title", "made"}, {"source", ""}};
  return order;
}

TEST(ImageOnBase, IsItsBaseWithWhatWasOrdered) {
  const auto made = image_on_base(kBase, {{kBelow, 10}, {kOwn, 20}}, order());
  ASSERT_TRUE(testing::ok(made));
  EXPECT_EQ(made->id, sha256_hex(made->config));
  const auto parsed = parse_manifest(made->manifest, "");
  ASSERT_TRUE(testing::ok(parsed));
  const auto& manifest = std::get<ImageManifest>(*parsed);
  const auto config = judge_config(made->config, manifest);
  ASSERT_TRUE(testing::ok(config));
  EXPECT_EQ(config->diff_ids, (std::vector<std::string>{kBelow, kOwn}));
  EXPECT_EQ(manifest.layers[1].size_bytes, 20u);
  EXPECT_EQ(config->created, "2020-09-13T12:26:40Z");
  EXPECT_EQ(config->config.user, "demisto");
  EXPECT_EQ(config->config.cmd, std::vector<std::string>{"python3"});
  EXPECT_EQ(config->config.env,
            (std::vector<std::string>{"PATH=/bin", "DOCKER_IMAGE=made:1.0.0.1", "DOCKER=no", "NEW=x"}));
  EXPECT_EQ(config->config.label("title"), "made");
  EXPECT_EQ(config->config.label("kept"), "yes");
  EXPECT_EQ(config->config.label("berth.lock"), "k");
  for (const char* word : {"abc", "docker_version", "container", "source"})
    EXPECT_FALSE(made->config.contains(word)) << word;
  const auto json = parse_json(made->config);
  ASSERT_TRUE(testing::ok(json));
  EXPECT_EQ(json->find("history")->as_array()->size(), 2u);
  EXPECT_TRUE(made->manifest.contains(R"("annotations": {"title": "made"})")) << made->manifest;
  const auto again = image_on_base(kBase, {{kBelow, 10}, {kOwn, 20}}, order());
  EXPECT_EQ(again->config, made->config) << "it depends on nothing else";
}

TEST(ImageOnBase, RefusesLayersOfAnotherBase) {
  for (const auto& layers : std::vector<std::vector<PlainLayer>>{
           {}, {{kBelow, 1}}, {{kOwn, 1}, {kBelow, 1}}, {{kBelow, 1}, {kOwn, 1}, {kOwn, 1}}}) {
    EXPECT_TRUE(testing::fails_with(image_on_base(kBase, layers, order()), Errc::Corrupt, "one more layer"));
  }
  EXPECT_TRUE(testing::fails_with(image_on_base("{}", {{kOwn, 1}}, order()), Errc::Corrupt, "names no layers"));
}

}  // namespace
}  // namespace berth::image
