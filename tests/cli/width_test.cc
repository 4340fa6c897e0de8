#include "berth/cli/width.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "berth/cli/width_ranges.h"

namespace berth::cli {
namespace {

struct Row {
  const char* name;
  std::string text;
  std::size_t columns;
};

const Row kRows[] = {
    {"Empty", "", 0},
    {"Ascii", "abc", 3},
    {"Latin", "é", 1},
    {"CombiningAcute", "e\u0301", 1},
    {"Cjk", "日本", 4},
    {"Hangul", "한국", 4},
    {"HangulParts", "\u1112\u1161\u11ab", 2},
    {"Fullwidth", "Ａ", 2},
    {"Halfwidth", "ｱ", 1},
    {"Emoji", "😀", 2},
    {"Arabic", "مرحبا", 5},
    {"NotUtf8", "a\xff", 2},
    {"LastPlane", "\U0003fffd", 2},
    {"BoxDrawing", "─┼", 2},
};

class Width : public ::testing::TestWithParam<Row> {};
TEST_P(Width, IsCounted) { EXPECT_EQ(display_width(GetParam().text), GetParam().columns); }
INSTANTIATE_TEST_SUITE_P(Table, Width, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

template <std::size_t N>
void expect_sorted(const CodeRange (&ranges)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    EXPECT_LE(ranges[i].first, ranges[i].last);
    if (i != 0) {
      EXPECT_LT(ranges[i - 1].last, ranges[i].first);
    }
  }
}

TEST(WidthRanges, AreSortedWithoutOverlap) {
  expect_sorted(kZeroWidth);
  expect_sorted(kWide);
}

TEST(CutToWidth, EndsInAnEllipsisWhereItCuts) {
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdef", 4), "abc…");
  EXPECT_EQ(cut_to_width("日本語", 4), "日…");
  EXPECT_EQ(cut_to_width("abc", 1), "…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
  EXPECT_EQ(cut_to_width("e\u0301x", 1), "…");
}

}  // namespace
}  // namespace berth::cli
