#include "berth/app/text_digests.h"

#include <gtest/gtest.h>

#include <set>

namespace berth::app {
namespace {

TEST(TextDigests, TellTextsApart) {
  TextDigests digests;
  std::set<std::string> all;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) all.insert(digests.digest_of("text " + std::to_string(i), 0, ""));
  }
  EXPECT_EQ(all.size(), 10u) << "also of those that were forgotten";
  EXPECT_EQ(digests.digest_of("", 0, ""), digests.digest_of("", 0, ""));
}

TEST(TextDigests, LeaveOutWhatIsKnown) {
  TextDigests digests;
  const std::string one = digests.digest_of(
      "known"
      "rest",
      5, "abc");
  EXPECT_TRUE(one.starts_with("abc"));
  EXPECT_EQ(one, digests.digest_of("known"
                                   "rest",
                                   5, "abc"));
  EXPECT_NE(one, digests.digest_of("known"
                                   "other",
                                   5, "abc"));
  EXPECT_NE(one, digests.digest_of("other"
                                   "rest",
                                   5, "def"));
}

TEST(TextDigests, TakeLongTexts) {
  TextDigests digests;
  std::string text(5 << 20, 'x');
  const std::string one = digests.digest_of(text, 0, "");
  EXPECT_EQ(digests.digest_of(text, 0, ""), one);
  text.back() = 'y';
  EXPECT_NE(digests.digest_of(text, 0, ""), one);
}

}  // namespace
}  // namespace berth::app
