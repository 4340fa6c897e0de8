#include "berth/cli/styled_text.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

std::string printed(const StyledText& text, bool colour) {
  std::string out;
  text.print(out, {0, text.text().size(), 0}, colour);
  return out;
}

std::vector<std::string> lines_of(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (LineBreaker breaker(text, width); const auto line = breaker.next();) {
    lines.emplace_back(text.substr(line->begin, line->end - line->begin));
  }
  return lines;
}

TEST(StyledText, PrintsSequencesOnlyInColour) {
  StyledText text("a");
  text.append("b", {.bold = true, .colour = Colour::Red});
  text.append("c", {.bold = true, .colour = Colour::Red});
  EXPECT_EQ(printed(text, true), "a\x1b[1;31mbc\x1b[0m");
  EXPECT_EQ(printed(text, false), "abc");
}

TEST(StyledText, PrintsASliceInItsStyles) {
  StyledText text("abc", {.dim = true});
  text.append("def");
  std::string out;
  text.print(out, {1, 5, 0}, true);
  EXPECT_EQ(out, "\x1b[2mbc\x1b[0mde");
}

struct VisibleRow {
  const char* name;
  std::string text;
  std::string shown;
};
const VisibleRow kVisible[] = {
    {"Escape", "\x1b[31mx", "\\x1b[31mx"}, {"Clipboard", "\x1b]52;c;eA==\x07", "\\x1b]52;c;eA==\\x07"},
    {"C1", "\u009b31m", "\\x9b31m"},       {"Bidi", "a\u202eb\u2066c", "a\\u202eb\\u2066c"},
    {"Backspace", "ab\b", "ab\\x08"},      {"LoneReturn", "ab\rc", "ab\\x0dc"},
    {"Crlf", "ab\r\nc", "ab\nc"},          {"Tab", "ab\tc\td\n\te", "ab      c       d\n        e"},
    {"NotUtf8", "a\xff", "a\ufffd"},
};
class Visible : public ::testing::TestWithParam<VisibleRow> {};
TEST_P(Visible, IsWhatATerminalGets) { EXPECT_EQ(StyledText(GetParam().text).text(), GetParam().shown); }
INSTANTIATE_TEST_SUITE_P(Table, Visible, ::testing::ValuesIn(kVisible), [](const auto& row) { return row.param.name; });

struct BreakRow {
  const char* name;
  std::string text;
  std::size_t width;
  std::vector<std::string> lines;
};
const BreakRow kBreaks[] = {
    {"Empty", "", 5, {""}},
    {"Fits", "ab cd", 5, {"ab cd"}},
    {"BetweenWords", "ab cd ef", 5, {"ab cd", "ef"}},
    {"LongWord", "abcdefgh", 3, {"abc", "def", "gh"}},
    {"LongWordAfterShort", "a bcdefgh", 4, {"a", "bcde", "fgh"}},
    {"Lines", "a\n\nb\n", 5, {"a", "", "b", ""}},
    {"BlanksHangOver", "abcde     f", 5, {"abcde", "f"}},
    {"OnlyBlanks", "        ", 3, {"   "}},
    {"BlanksBeforeLine", "abc    \nd", 3, {"abc", "d"}},
    {"Indented", "  ab cd", 5, {"  ab", "cd"}},
    {"Wide", "日本語", 5, {"日本", "語"}},
    {"WiderThanLine", "日本", 1, {"日", "本"}},
    {"Combining", "e\u0301e\u0301e\u0301", 2, {"e\u0301e\u0301", "e\u0301"}},
    {"NoWidth", "a very long line", 0, {"a very long line"}},
};
class Breaks : public ::testing::TestWithParam<BreakRow> {};
TEST_P(Breaks, Lines) { EXPECT_EQ(lines_of(GetParam().text, GetParam().width), GetParam().lines); }
INSTANTIATE_TEST_SUITE_P(Table, Breaks, ::testing::ValuesIn(kBreaks), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::cli
