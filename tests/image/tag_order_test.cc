#include "berth/image/tag_order.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::image {
namespace {

// From older to newer: each row is newer than all above it.
const std::vector<std::string> kInOrder = {
    "latest",
    "v1",
    "0.9",
    "1.0.0-rc1",
    "1.0.0",
    "1.0.0.2",
    "1.0.0.17",
    "1.0.0.999",
    "1.0.0.20240101",
    "1.0.1.1",
    "1.10.0.1",
    "3.11.2.9",
    "3.11.2.10",
    "3.11.2.10000000000000000000000000",
    "3.11.10.1",
    "20240101",
};

TEST(TagOrder, IsAsWritten) {
  for (std::size_t i = 0; i < kInOrder.size(); ++i) {
    for (std::size_t j = 0; j < kInOrder.size(); ++j) {
      EXPECT_EQ(compare_tags(kInOrder[i], kInOrder[j]), i <=> j) << kInOrder[i] << " and " << kInOrder[j];
    }
  }
}

TEST(TagOrder, IsTotal) {
  EXPECT_EQ(compare_tags("1.0", "1.0"), std::strong_ordering::equal);
  EXPECT_NE(compare_tags("1.0", "1.00"), std::strong_ordering::equal);
  EXPECT_EQ(compare_tags("1.0", "1-0") < 0, compare_tags("1-0", "1.0") > 0);
  EXPECT_EQ(compare_tags("", ""), std::strong_ordering::equal);
  EXPECT_EQ(compare_tags("", "1"), std::strong_ordering::less);
}

TEST(TagOrder, FindsTheNewest) {
  EXPECT_EQ(newest_tag({}), std::nullopt);
  EXPECT_EQ(newest_tag({"3.11.2.9", "latest", "3.11.2.10", "3.9.9.99"}), "3.11.2.10");
}

TEST(TagOrder, WhatIsNotFinishedIsTakenWhereNothingElseIs) {
  EXPECT_EQ(newest_tag({"1.10", "2.0-rc1", "1.2", "latest"}), "1.10");
  EXPECT_EQ(newest_tag({"2.0-rc1", "2.0-rc2", "latest"}), "2.0-rc2");
  EXPECT_FALSE(is_newer_tag("2.0-rc1", "1.10")) << "takes the place of nothing that is finished";
  EXPECT_FALSE(is_newer_tag("1.10", "2.0-rc1"));
  EXPECT_TRUE(is_newer_tag("2.0", "2.0-rc1"));
  EXPECT_TRUE(is_newer_tag("2.0-rc2", "2.0-rc1"));
  EXPECT_TRUE(is_newer_tag("2.0-rc1", "latest"));
  for (const char* tag : {"1.0.beta2", "3-alpha", "1.0-SNAPSHOT", "2.0_dev", "1.0rc1"})
    EXPECT_TRUE(is_prerelease_tag(tag)) << tag;
  for (const char* tag : {"3.11-slim", "1.0b1", "dev", "1.0-device", "1.0.0.15519", ""})
    EXPECT_FALSE(is_prerelease_tag(tag)) << tag;
}

const std::string kCommit = "9f3a0b1c2d4e5f60718293a4b5c6d7e8f9012345";

TEST(TagOrder, LeavesCommitsOutWhereOthersAre) {
  EXPECT_EQ(newest_tag({"3.12.2.1", kCommit, "latest"}), "3.12.2.1");
  EXPECT_EQ(newest_tag({kCommit, "latest"}), "latest");
  EXPECT_EQ(newest_tag({"1" + kCommit, kCommit}), "1" + kCommit) << "by their numbers, where there are no others";
  EXPECT_FALSE(is_newer_tag(kCommit, "3.12.2.1"));
  EXPECT_TRUE(is_newer_tag("3.12.2.1", kCommit));
  EXPECT_TRUE(is_commit_tag(kCommit.substr(0, 20)));
  EXPECT_FALSE(is_commit_tag(kCommit.substr(0, 19)));
  EXPECT_FALSE(is_commit_tag("1.0.0.20240101000000000000"));
}

struct Next {
  const char* name;
  std::vector<std::string> tags;
  unsigned long highest_used;
  const char* next;
};

const Next kNext[] = {
    {"First", {}, 0, "3.11.2.1"},
    {"CountsUp", {"3.11.2.1", "3.11.2.2"}, 0, "3.11.2.3"},
    {"LeavesGaps", {"3.11.2.9"}, 0, "3.11.2.10"},
    {"NeverAgain", {"3.11.2.1"}, 7, "3.11.2.8"},
    {"OtherVersions",
     {"3.11.20.5", "3.11.4", "3.12.2.9", "latest", "3.11.2.x", "3.11.2.", "3.11.2.1.5"},
     0,
     "3.11.2.1"},
};

class NextTag : public ::testing::TestWithParam<Next> {};

TEST_P(NextTag, IsOneMore) { EXPECT_EQ(next_tag("3.11.2", GetParam().tags, GetParam().highest_used), GetParam().next); }

INSTANTIATE_TEST_SUITE_P(Table, NextTag, ::testing::ValuesIn(kNext), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::image
