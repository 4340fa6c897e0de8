#include "berth/base/utf8.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

struct Row {
  const char* name;
  std::string text;
  std::string valid;
};

const Row kRows[] = {
    {"Ascii", "abc", "abc"},
    {"TwoThreeFour", "é€😀", "é€😀"},
    {"Overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"OverlongThree", "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"Surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"Cut", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},
    {"TooLarge", "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};

class Utf8 : public ::testing::TestWithParam<Row> {};

TEST_P(Utf8, IsRepaired) { EXPECT_EQ(to_valid_utf8(GetParam().text), GetParam().valid); }

INSTANTIATE_TEST_SUITE_P(Table, Utf8, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Visible, ShowsWhatCouldDeceive) {
  EXPECT_EQ(to_visible("a\x1b]52;c\x07"
                       "b\rc\u202ed",
                       false),
            "a\\x1b]52;c\\x07b\\x0dc\\u202ed");
  EXPECT_EQ(to_visible("\u061c\u180e\ufff9\U000e0041", false), "\\u061c\\u180e\\ufff9\\U000e0041");
  EXPECT_EQ(to_visible("a\n\tb", true), "a\n\tb");
  EXPECT_EQ(to_visible("a\nb", false), "a\\x0ab");
}

}  // namespace
}  // namespace berth
