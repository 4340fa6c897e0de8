// Texts made to hurt a renderer: each must be rendered in bounded time, within the page, without a control character.

#include <gtest/gtest.h>
#include <time.h>

#include <functional>

#include "berth/base/utf8.h"
#include "berth/cli/entry_view.h"
#include "berth/cli/html_text.h"
#include "berth/cli/markdown.h"
#include "berth/cli/styled_text.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kMuch = kMiB / 32;
// What is quadratic takes sixteen times as long for four times as much, what is linear four times: below this nobody
// can tell, and a little of what is linear takes long under the sanitizers.
constexpr double kTooShortToTell = 1.5;
constexpr double kMostGrowth = 9;

// The processor time of this thread: what else the machine does is not in it.
double seconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double begin = now();
  work();
  return now() - begin;
}

// `work` with a size, and with a quarter of it.
void expect_linear(std::size_t size, const std::function<void(std::size_t size)>& work) {
  const double whole = seconds_of([&] { work(size); });
  if (whole < kTooShortToTell) return;
  EXPECT_LT(whole, kMostGrowth * seconds_of([&] { work(size / 4); }));
}

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
  std::function<std::string(std::size_t much)> text;
  bool keeps_width = true;  // false where lines of code stay whole
};

const Row kRows[] = {
    {"TableOfEmptyRows",
     [](std::size_t much) {
       return "|" + repeated("a|", 398) + "\n" + repeated("-|", 400) + "\n" + repeated("|\n", much);
     }},
    {"TableOfShortCells",
     [](std::size_t much) { return repeated("a|", 200) + "\n" + repeated("-|", 200) + "\n" + repeated("b|", much); }},
    {"TableOfManyColumns",
     [](std::size_t much) {
       return repeated("a|", much) + "\n" + repeated("-|", much) + "\n" + repeated("|\n", much);
     }},
    {"TableOfOneCell",
     [](std::size_t much) {
       return "|a|b|\n|-|-|\n|x|" + repeated("y ", 4 * much) + "|\n" + repeated("|1|2|\n", much);
     }},
    {"TableWithLongHeader",
     [](std::size_t much) { return repeated("long ", much) + "|b\n-|-\n" + repeated("1|2\n", much); }},
    {"TableBackslashes",
     [](std::size_t much) { return "|a|\n|-|\n|" + repeated("\\", much) + "|" + repeated("\\|", much); }},
    {"FenceNeverClosed", [](std::size_t much) { return "```\n" + repeated("x\n", 2 * much); }, false},
    {"Fences", [](std::size_t much) { return repeated("```\n~~~\n", 2 * much); }, false},
    {"ListNestedByMarkers", [](std::size_t) { return repeated("- ", 20'000) + "x"; }},
    {"ListNestedByIndent", [](std::size_t) { return nested_by_indent(1'000); }, false},
    {"ListTenThousandDeep", [](std::size_t) { return repeated("- ", 20'000) + "x\n" + repeated("1. ", 30'000) + "y"; }},
    {"Quotes", [](std::size_t much) { return repeated(">", much) + "x\n" + repeated("> > >\n", much); }},
    {"Stars", [](std::size_t much) { return repeated("*a ", much) + repeated("*", much) + repeated("**a*", much); }},
    {"StarsBothWays",
     [](std::size_t much) { return repeated("*a", 2 * much) + "\n\n" + repeated("a**b__c", 2 * much); }},
    {"Underscores", [](std::size_t much) { return repeated("_", 2 * much) + repeated("_a _", much); }},
    {"Brackets", [](std::size_t much) { return repeated("[", 2 * much) + repeated("]", 2 * much); }},
    {"LinksOpen", [](std::size_t much) { return repeated("[a](", 2 * much) + "\n\n" + repeated("[a](<b", 2 * much); }},
    {"LinksWithTitles", [](std::size_t much) { return repeated("[a](b \"", 2 * much); }},
    {"LinksParentheses", [](std::size_t much) { return "[a](" + repeated("(", much) + repeated(")", much); }},
    {"Backticks",
     [](std::size_t much) {
       std::string text;
       for (std::size_t run = 1; text.size() < 2 * much; ++run) text += std::string(run, '`') + " ";
       return text;
     }},
    {"References", [](std::size_t much) { return repeated("&", much) + repeated("&#", much) + repeated("&lt", much); }},
    {"AnglesOpen",
     [](std::size_t much) { return repeated("<", much) + repeated("<http://", much) + repeated("<br", much); }},
    {"OneLine", [](std::size_t much) { return repeated("word ", 10 * much); }},
    {"OneWord", [](std::size_t much) { return repeated("w", 10 * much); }},
    {"EmptyLines", [](std::size_t much) { return repeated("\n", 10 * much); }},
    {"ShortLinesUnderALongOne", [](std::size_t much) { return repeated("x", much) + "\n" + repeated("a\n", much); }},
    {"Blanks", [](std::size_t much) { return "a" + repeated(" ", 4 * much) + "b\n" + repeated(" ", 4 * much); }},
    {"Tabs", [](std::size_t much) { return "a" + repeated("\t", much); }},
    {"Combining", [](std::size_t much) { return "a" + repeated("\u0301", 4 * much); }},
    {"Escapes", [](std::size_t much) { return repeated("\x1b[31m\x1b]52;c;eA==\x07\u202e\u2066\u009b2J", much); }},
    {"NotUtf8", [](std::size_t much) { return repeated("\xff\xc0\xaf\xed\xa0\x80", much); }},
    {"Nul", [](std::size_t much) { return std::string(much, '\0'); }},
    {"Rules", [](std::size_t much) { return repeated("- ", 2 * much) + "\n" + repeated("---\n", much); }},
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
  for (const std::size_t width : {std::size_t{0}, std::size_t{20}, std::size_t{80}}) {
    expect_linear(kMuch, [&](std::size_t much) {
      const std::string shown = render_markdown(GetParam().text(much), {.width = width, .limit_bytes = 16 * kMiB});
      EXPECT_LE(shown.size(), 17 * kMiB);
      // The notice about what is left out is ours, and may be wider than a narrow page.
      const bool whole = shown.find("left out here") == std::string::npos;
      expect_harmless(shown, GetParam().keeps_width && whole ? width : 0);
    });
  }
}
INSTANTIATE_TEST_SUITE_P(Table, Hostile, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(HostileTable, OfMegabytesIsRenderedInTime) {
  expect_linear(2 * kMiB, [](std::size_t size) {
    const std::string text = "|a|b|\n|-|-|\n" + repeated("| cell one | cell two and more |\n", size);
    const std::string shown = render_markdown(text, {.width = 80});
    EXPECT_GT(shown.size(), size / 5 * 4);
    expect_harmless(shown, 80);
  });
}

TEST(HostileHtml, IsReadInTime) {
  for (const std::string_view piece : {"<", "<a", "<!--", "<script>", "<a href=", "&", "<p>", "</a>", "<a href='x'>"}) {
    SCOPED_TRACE(piece);
    expect_linear(4 * kMuch,
                  [&](std::size_t much) { expect_harmless(StyledText(html_text(repeated(piece, much))).text(), 0); });
  }
}

std::string many_keys(std::size_t count) {
  std::string keys = "[";
  for (std::size_t i = 0; i < count; ++i) keys += (i == 0 ? "{\"k" : ",{\"k") + std::to_string(i) + "\":1}";
  return keys + "]";
}

TEST(HostileJson, IsShownInTime) {
  const std::function<std::string(std::size_t much)> texts[] = {
      [](std::size_t much) { return repeated("[", 199) + repeated("1,", much / 2) + "1" + repeated("]", 199); },
      [](std::size_t much) { return many_keys(much / 4); },
      [](std::size_t much) { return repeated("[", much); },
  };
  for (const auto& text : texts) {
    for (const char* format : {"json", "table", "text", "markdown"}) {
      SCOPED_TRACE(format);
      expect_linear(2 * kMuch, [&](std::size_t much) {
        const Json entry(Json::Object{{"Type", 1}, {"Contents", text(much)}, {"ContentsFormat", format}});
        expect_harmless(render_entry(entry, {.width = 80, .limit_bytes = 16 * kMiB}), 0);
      });
    }
  }
}

}  // namespace
}  // namespace berth::cli
