// Texts made to hurt a renderer: each must be rendered in bounded time, within the page, without a control character.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "berth/base/utf8.h"
#include "berth/cli/entry_view.h"
#include "berth/cli/html_text.h"
#include "berth/cli/markdown.h"
#include "berth/cli/styled_text.h"

namespace berth::cli {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kSlowness = 4;
#elif defined(__has_feature)
constexpr std::size_t kSlowness = __has_feature(address_sanitizer) ? 4 : 1;
#else
constexpr std::size_t kSlowness = 1;
#endif

constexpr std::size_t kMiB = std::size_t{1} << 20;
// Large enough that what is quadratic takes minutes; small enough that what is linear takes no time worth naming.
constexpr std::size_t kMuch = kMiB / 8 / kSlowness;
constexpr std::chrono::seconds kPatience(60);

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + piece.size());
  while (text.size() < bytes) text += piece;
  return text;
}

std::string nested_by_indent(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += std::string(i * 2, ' ') + "- x\n";
  return text;
}

struct Row {
  const char* name;
  std::function<std::string()> text;
  bool keeps_width = true;  // false where lines of code stay whole
};

const Row kRows[] = {
    {"TableOfEmptyRows",
     [] { return "|" + repeated("a|", 398) + "\n" + repeated("-|", 400) + "\n" + repeated("|\n", kMuch); }},
    {"TableOfShortCells",
     [] { return repeated("a|", 200) + "\n" + repeated("-|", 200) + "\n" + repeated("b|", kMuch); }},
    {"TableOfManyColumns",
     [] { return repeated("a|", kMuch) + "\n" + repeated("-|", kMuch) + "\n" + repeated("|\n", kMuch); }},
    {"TableOfOneCell",
     [] { return "|a|b|\n|-|-|\n|x|" + repeated("y ", 4 * kMuch) + "|\n" + repeated("|1|2|\n", kMuch); }},
    {"TableWithLongHeader", [] { return repeated("long ", kMuch) + "|b\n-|-\n" + repeated("1|2\n", kMuch); }},
    {"TableBackslashes", [] { return "|a|\n|-|\n|" + repeated("\\", kMuch) + "|" + repeated("\\|", kMuch); }},
    {"FenceNeverClosed", [] { return "```\n" + repeated("x\n", 2 * kMuch); }, false},
    {"Fences", [] { return repeated("```\n~~~\n", 2 * kMuch); }, false},
    {"ListNestedByMarkers", [] { return repeated("- ", 20'000) + "x"; }},
    {"ListNestedByIndent", [] { return nested_by_indent(1'000); }, false},
    {"ListTenThousandDeep", [] { return repeated("- ", 20'000) + "x\n" + repeated("1. ", 30'000) + "y"; }},
    {"Quotes", [] { return repeated(">", kMuch) + "x\n" + repeated("> > >\n", kMuch); }},
    {"Stars", [] { return repeated("*a ", kMuch) + repeated("*", kMuch) + repeated("**a*", kMuch); }},
    {"StarsBothWays", [] { return repeated("*a", 2 * kMuch) + "\n\n" + repeated("a**b__c", 2 * kMuch); }},
    {"Underscores", [] { return repeated("_", 2 * kMuch) + repeated("_a _", kMuch); }},
    {"Brackets", [] { return repeated("[", 2 * kMuch) + repeated("]", 2 * kMuch); }},
    {"LinksOpen", [] { return repeated("[a](", 2 * kMuch) + "\n\n" + repeated("[a](<b", 2 * kMuch); }},
    {"LinksWithTitles", [] { return repeated("[a](b \"", 2 * kMuch); }},
    {"LinksParentheses", [] { return "[a](" + repeated("(", kMuch) + repeated(")", kMuch); }},
    {"Backticks",
     [] {
       std::string text;
       for (std::size_t run = 1; text.size() < 2 * kMuch; ++run) text += std::string(run, '`') + " ";
       return text;
     }},
    {"References", [] { return repeated("&", kMuch) + repeated("&#", kMuch) + repeated("&lt", kMuch); }},
    {"AnglesOpen", [] { return repeated("<", kMuch) + repeated("<http://", kMuch) + repeated("<br", kMuch); }},
    {"OneLine", [] { return repeated("word ", 10 * kMuch); }},
    {"OneWord", [] { return repeated("w", 10 * kMuch); }},
    {"EmptyLines", [] { return repeated("\n", 10 * kMuch); }},
    {"ShortLinesUnderALongOne", [] { return repeated("x", kMuch) + "\n" + repeated("a\n", kMuch); }},
    {"Blanks", [] { return "a" + repeated(" ", 4 * kMuch) + "b\n" + repeated(" ", 4 * kMuch); }},
    {"Tabs", [] { return "a" + repeated("\t", kMuch); }},
    {"Combining", [] { return "a" + repeated("\u0301", 4 * kMuch); }},
    {"Escapes", [] { return repeated("\x1b[31m\x1b]52;c;eA==\x07\u202e\u2066\u009b2J", kMuch); }},
    {"NotUtf8", [] { return repeated("\xff\xc0\xaf\xed\xa0\x80", kMuch); }},
    {"Nul", [] { return std::string(kMuch, '\0'); }},
    {"Rules", [] { return repeated("- ", 2 * kMuch) + "\n" + repeated("---\n", kMuch); }},
};

// The widest line, in columns, and whether anything but line feeds would act on a terminal.
void expect_harmless(const std::string& text, std::size_t width) {
  EXPECT_EQ(text.find('\t'), std::string::npos);
  EXPECT_TRUE(to_visible(text, true) == text) << "a control character came through";
  if (width != 0) {
    EXPECT_LE(widest_line(text), width);
  }
}

class Hostile : public ::testing::TestWithParam<Row> {};
TEST_P(Hostile, IsRenderedInTime) {
  const std::string text = GetParam().text();
  for (const std::size_t width : {std::size_t{0}, std::size_t{20}, std::size_t{80}}) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string shown = render_markdown(text, {.width = width, .limit_bytes = 16 * kMiB});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
    EXPECT_LE(shown.size(), 17 * kMiB);
    // The notice about what is left out is ours, and may be wider than a narrow page.
    const bool whole = shown.find("left out here") == std::string::npos;
    expect_harmless(shown, GetParam().keeps_width && whole ? width : 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Table, Hostile, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(HostileTable, OfTenMiBIsRenderedInTime) {
  const std::size_t size = 10 * kMiB / kSlowness;
  const std::string text = "|a|b|\n|-|-|\n" + repeated("| cell one | cell two and more |\n", size);
  const auto begin = std::chrono::steady_clock::now();
  const std::string shown = render_markdown(text, {.width = 80});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
  EXPECT_GT(shown.size(), size / 5 * 4);
  expect_harmless(shown, 80);
}

TEST(HostileHtml, IsReadInTime) {
  for (const std::string_view piece : {"<", "<a", "<!--", "<script>", "<a href=", "&", "<p>", "</a>", "<a href='x'>"}) {
    const auto begin = std::chrono::steady_clock::now();
    expect_harmless(StyledText(html_text(repeated(piece, kMuch))).text(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience) << piece;
  }
}

TEST(HostileJson, IsShownInTime) {
  const std::string deep = repeated("[", 199) + repeated("1,", kMuch / 2) + "1" + repeated("]", 199);
  std::string keys = "[";
  for (int i = 0; i < 20'000; ++i) keys += (i == 0 ? "{\"k" : ",{\"k") + std::to_string(i) + "\":1}";
  keys += "]";
  for (const std::string& contents : {deep, keys, repeated("[", kMuch)}) {
    for (const char* format : {"json", "table", "text", "markdown"}) {
      const Json entry(Json::Object{{"Type", 1}, {"Contents", contents}, {"ContentsFormat", format}});
      const auto begin = std::chrono::steady_clock::now();
      expect_harmless(render_entry(entry, {.width = 80, .limit_bytes = 16 * kMiB}), 0);
      EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience) << format;
    }
  }
}

}  // namespace
}  // namespace berth::cli
