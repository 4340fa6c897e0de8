#include "berth/base/text_parts.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(Trimmed, LosesBlanksAtItsEndsAlone) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("a\n"), "a");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\ta\n", " \t"), "a\n");
}

TEST(WithoutLineEnd, KeepsWhatStandsBefore) {
  EXPECT_EQ(without_line_end("\na \r\n\n"), "\na ");
  EXPECT_EQ(without_line_end("\r\n"), "");
  EXPECT_EQ(without_line_end(""), "");
  EXPECT_EQ(without_line_end("a"), "a");
}

TEST(TakeUntil, TakesThePartWithItsEnd) {
  std::string_view text = "a,,b";
  EXPECT_EQ(take_until(text, ','), "a");
  EXPECT_EQ(take_until(text, ','), "");
  EXPECT_EQ(text, "b");
  EXPECT_EQ(take_until(text, ','), "b");
  EXPECT_EQ(take_until(text, ','), "");
  text = "one\r\ntwo";
  EXPECT_EQ(take_line(text), "one\r");
  EXPECT_EQ(text, "two");
}

TEST(WordsOf, AreWhatStandsBetween) {
  EXPECT_EQ(words_of(" a\tb \n c\r\n", kWhiteSpace), (std::vector<std::string_view>{"a", "b", "c"}));
  EXPECT_EQ(words_of("a, b,,c", ", "), (std::vector<std::string_view>{"a", "b", "c"}));
  EXPECT_TRUE(words_of(" \n", kWhiteSpace).empty());
}

}  // namespace
}  // namespace berth
