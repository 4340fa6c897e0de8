#include "berth/image/image_history.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

TEST(ImageHistory, IsRead) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto history = parse_image_history(
      R"({"created": "2026-01-02T03:04:05Z", "architecture": "amd64", "os": "linux", "author": "x",
          "rootfs": {"type": "layers", "diff_ids": [")" +
      digest + R"("]}, "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "ADD x"},
          {"created_by": "CMD y", "empty_layer": true, "comment": "c"}]})");
  ASSERT_TRUE(testing::ok(history));
  EXPECT_EQ(history->created, "2026-01-02T03:04:05Z");
  EXPECT_EQ(history->architecture, "amd64");
  EXPECT_EQ(history->diff_ids, std::vector<std::string>{digest});
  ASSERT_EQ(history->steps.size(), 2u);
  EXPECT_TRUE(history->steps[0].has_layer);
  EXPECT_FALSE(history->steps[1].has_layer);
  EXPECT_EQ(history->steps[1].comment, "c");
  EXPECT_TRUE(testing::ok(parse_image_history("{}")));
}

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};
const Bad kBad[] = {
    {"NoJson", "{", "read the image's config: "},
    {"HistoryIsNoList", R"({"history": 1})", "history: it is not a list"},
    {"StepIsNoObject", R"({"history": [1]})", "history: an item is not an object"},
    {"DiffIdsAreNoList", R"({"rootfs": {"diff_ids": 1}})", "rootfs.diff_ids: it is not a list"},
    {"DiffIdIsNoDigest", R"({"rootfs": {"diff_ids": ["x"]}})", "rootfs.diff_ids: an item is not a digest"},
};
class BadHistory : public ::testing::TestWithParam<Bad> {};
TEST_P(BadHistory, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(parse_image_history(GetParam().text), Errc::Corrupt, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadHistory, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
