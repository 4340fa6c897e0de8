#include "berth/cli/markdown.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

struct Row {
  const char* name;
  std::string markdown;
  std::string golden;
  std::size_t width = 40;
};

const Row kRows[] = {
    {"Empty", "", ""},
    {"OnlyBlankLines", "\n \n\t\n", ""},
    {"Paragraphs", "one\ntwo\n\n\n\nthree", "one\ntwo\n\nthree\n"},
    {"WrapsWords", "one two three four", "one two\nthree four\n", 12},
    {"Crlf", "one\r\ntwo\r\n", "one\ntwo\n"},

    {"Headings", "# One\n## Two ##\n###Three\ntext", "One\n\nTwo\n\nThree\ntext\n"},
    {"NoHeading", "#tag\n####### seven", "#tag\n####### seven\n"},
    {"Underlined", "Title\n===\nSub\n---\n", "Title\n\nSub\n"},

    {"Emphasis", "**b** *i* __b__ _i_ ***bi*** ~~s~~", "b i b i bi s\n"},
    {"NoEmphasis", "a_b_c 2 * 3 * 4 **open ~one~", "a_b_c 2 * 3 * 4 **open ~one~\n"},
    {"InsideAWord", "un*frigging*real", "unfriggingreal\n"},
    {"Escapes", "\\*a\\* \\\\ C:\\temp \\| \\`", "*a* \\ C:\\temp | `\n"},
    {"Code", "`a*b*` ``c`d`` `` ` `` `open", "`a*b*` `c`d` ``` `open\n"},
    {"BreakTags", "a<br>b<br/>c<BR />d<brx>", "a\nb\nc\nd<brx>\n"},
    {"References", "&lt;b&gt; &amp;&#65;&#x42; &nope; & &#27;[2J", "<b> &AB &nope; & \\x1b[2J\n"},

    {"Link", "see [the docs](https://x.org/a_(b)) now", "see the docs (https://x.org/a_(b)) now\n", 80},
    {"LinkTitle", "[a](u \"t\") [b](<u v>)", "a (u) b (u v)\n"},
    {"LinkToItself", "[http://x](http://x) <http://y>", "http://x http://y\n"},
    {"LinkEmpty", "[](http://x) [a]()", "http://x a\n"},
    {"Image", "![chart](c.png)", "image: chart (c.png)\n"},
    {"ImageData", "![x](data:image/png;base64," + std::string(100'000, 'A') + ")", "image: x (data:image/png…)\n"},
    {"ImageInLink", "[![i](p)](u)", "image: i (p) (u)\n"},
    {"NoLink", "[a] (b) [c](d e [f", "[a] (b) [c](d e [f\n"},
    {"TaskList", "- [ ] a\n- [x] b", "• [ ] a\n• [x] b\n"},

    {"Lists", "- a\n* b\n+ c\n1. d\n12) e", "• a\n• b\n• c\n1. d\n12) e\n"},
    {"Nested", "- a\n  - b\n    1. c\n- d", "• a\n  • b\n    1. c\n• d\n"},
    {"TwoOnALine", "- - a\n- b", "• • a\n• b\n"},
    {"ItemWraps", "- one two three four", "• one two\n  three four\n", 12},
    {"ItemParagraphs", "- a\n\n  b\n\nc", "• a\n\n  b\n\nc\n"},
    {"LazyLine", "- a\nb\n\nc", "• a\n  b\n\nc\n"},
    {"EmptyItems", "-\n-\n- a", "•\n•\n• a\n"},
    {"NoList", "-a *b 1.c -", "-a *b 1.c -\n"},
    {"NoRoomForMarkers", "- - - - - - a", "• • • • •\n          •\n          a\n", 20},

    {"Quotes", "> a\n> > b\n\nc", "│ a\n│ │ b\n\nc\n"},
    {"ListInQuote", "> - a\n>   b", "│ • a\n│   b\n"},
    {"Rules", "a\n\n---\n***\n", "a\n\n──────────\n──────────\n", 10},

    {"Fence", "```python\ndef f():\n\treturn *1*\n```\nafter", "  def f():\n          return *1*\n\nafter\n"},
    {"FenceOpen", "~~~\n# a\n```\n- b", "  # a\n  ```\n  - b\n"},
    {"FenceInList", "- a\n  ```\n  x\n    y\n  ```\n- b", "• a\n    x\n      y\n\n• b\n"},
    {"FenceIsNotWrapped", "```\none two three four\n```", "  one two three four\n", 12},
    {"FenceEndsWithQuote", "> ```\n> a\nb", "│   a\nb\n"},
    {"IndentedCode", "a\n\n    x *y*\n\nb", "a\n\n  x *y*\n\nb\n"},

    {"Table", "### Results\n|Name|Size|\n|---|---:|\n| a | 1 |\n| b\\|c<br>d | 20 |\nafter",
     "Results\nName │ Size\n─────┼─────\na    │    1\n─────┼─────\nb|c  │   20\nd\n\nafter\n"},
    {"TableWithoutOuterBars", "a | b\n--|--\n1 | 2", "a │ b\n──┼──\n1 │ 2\n"},
    {"TableCellsTooMany", "|a|b|\n|-|-|\n|1|2|3|\n|1|", "a │ b\n──┼──────\n1 │ 2 | 3\n1\n"},
    {"TableCode", "|a|\n|-|\n|`x\\|y`|", "a\n─────\n`x|y`\n"},
    {"TableInQuote", "> |a|\n> |-|\n> |1|\n\nb", "│ a\n│ ─\n│ 1\n\nb\n"},
    {"TableInPipe", "|a|b|\n|-|-|\n|long cell|2|", "a          b\nlong cell  2\n", 0},
    {"NoTable", "a | b\nc | d", "a | b\nc | d\n"},
};

class Markdown : public ::testing::TestWithParam<Row> {};
TEST_P(Markdown, IsRendered) {
  EXPECT_EQ(render_markdown(GetParam().markdown, {.width = GetParam().width}), GetParam().golden);
}
INSTANTIATE_TEST_SUITE_P(Table, Markdown, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

struct ColourRow {
  const char* name;
  std::string markdown;
  std::string golden;
};
const ColourRow kColours[] = {
    {"Heading", "# a", "\x1b[1;4ma\x1b[0m\n"},
    {"Bold", "a **b** c", "a \x1b[1mb\x1b[0m c\n"},
    {"Overlapping", "**a *b***", "\x1b[1ma \x1b[0m\x1b[1;3mb\x1b[0m\n"},
    {"Code", "`a`", "\x1b[36ma\x1b[0m\n"},
    {"Link", "[a](u)", "\x1b[4ma\x1b[0m\x1b[2m (u)\x1b[0m\n"},
    {"Data", "\x1b[31ma", "\\x1b[31ma\n"},
};
class MarkdownColour : public ::testing::TestWithParam<ColourRow> {};
TEST_P(MarkdownColour, IsOurs) {
  EXPECT_EQ(render_markdown(GetParam().markdown, {.width = 40, .colour = true}), GetParam().golden);
}
INSTANTIATE_TEST_SUITE_P(Table, MarkdownColour, ::testing::ValuesIn(kColours),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::cli
