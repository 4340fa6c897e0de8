#include "berth/cli/table.h"

#include <gtest/gtest.h>

namespace berth::cli {
namespace {

Row row(const std::vector<std::string>& cells) {
  Row out;
  for (const std::string& cell : cells) out.emplace_back(cell);
  return out;
}

struct SharedRow {
  const char* name;
  std::vector<std::size_t> natural;
  std::size_t room;
  std::vector<std::size_t> widths;
};
const SharedRow kShared[] = {
    {"AllFit", {3, 4}, 10, {3, 4}},         {"OneShrinks", {3, 40}, 20, {3, 17}},
    {"BothShrink", {30, 40}, 20, {10, 10}}, {"Leftover", {2, 30, 40}, 23, {2, 10, 11}},
    {"NoRoom", {5, 5}, 0, {0, 0}},          {"None", {}, 10, {}},
};
class SharedWidths : public ::testing::TestWithParam<SharedRow> {};
TEST_P(SharedWidths, AreFair) { EXPECT_EQ(shared_widths(GetParam().natural, GetParam().room), GetParam().widths); }
INSTANTIATE_TEST_SUITE_P(Table, SharedWidths, ::testing::ValuesIn(kShared),
                         [](const auto& row) { return row.param.name; });

struct TableRow {
  const char* name;
  Table table;
  std::size_t width;
  std::string golden;
};

const Table kSmall = {row({"Name", "Size"}), {Align::Left, Align::Right}, {row({"a", "1"}), row({"bcdefg", "1000"})}};

const TableRow kTables[] = {
    {"Plain", kSmall, 0,
     "Name    Size\n"
     "a          1\n"
     "bcdefg  1000\n"},
    {"PlainKeepsALineARow",
     {row({"A", "B"}), {}, {row({"x\ny", "z"})}},
     0,
     "A    B\n"
     "x y  z\n"},
    {"Grid", kSmall, 40,
     "Name   │ Size\n"
     "───────┼─────\n"
     "a      │    1\n"
     "bcdefg │ 1000\n"},
    {"Wraps",
     {row({"Key", "Text"}), {}, {row({"k", "one two three four"}), row({"l", "x"})}},
     16,
     "Key │ Text\n"
     "────┼───────────\n"
     "k   │ one two\n"
     "    │ three four\n"
     "────┼───────────\n"
     "l   │ x\n"},
    {"Centre",
     {row({"Title"}), {Align::Centre}, {row({"x"})}},
     40,
     "Title\n"
     "─────\n"
     "  x\n"},
    {"ShortAndLongRows",
     {row({"A", "B"}), {}, {row({"1"}), row({}), row({"1", "2", "3"})}},
     40,
     "A │ B\n"
     "──┼──\n"
     "1\n"
     "\n"
     "1 │ 2\n"},
    {"List",
     {row({"First", "Second", "Third"}),
      {},
      {row({"some words", "more words here", "words that wrap"}), row({"a", "", "c"})}},
     20,
     "First:  some words\n"
     "Second: more words\n"
     "        here\n"
     "Third:  words that\n"
     "        wrap\n"
     "\n"
     "First:  a\n"
     "Third:  c\n"},
    {"Wide",
     {row({"字", "B"}), {}, {row({"日本語", "x"})}},
     40,
     "字     │ B\n"
     "───────┼──\n"
     "日本語 │ x\n"},
    {"Hostile",
     {row({"A\x1b[31m"}), {}, {row({"\u202e\x07"})}},
     40,
     "A\\x1b[31m\n"
     "──────────\n"
     "\\u202e\\x07\n"},
    {"NoRows", {row({"A"}), {}, {}}, 40, "A\n─\n"},
};
class Tables : public ::testing::TestWithParam<TableRow> {};
TEST_P(Tables, AreRendered) {
  EXPECT_EQ(render_table(GetParam().table, {.width = GetParam().width}), GetParam().golden);
}
INSTANTIATE_TEST_SUITE_P(Table, Tables, ::testing::ValuesIn(kTables), [](const auto& row) { return row.param.name; });

TEST(TableInColour, HasABoldHeaderAndDimRules) {
  EXPECT_EQ(render_table({row({"A"}), {}, {row({"x"})}}, {.width = 40, .colour = true}),
            "\x1b[1mA\x1b[0m\n\x1b[2m─\x1b[0m\nx\n");
}

TEST(TableLimit, EndsInANotice) {
  Table table = {row({"A"}), {}, {}};
  table.rows.assign(100, row({"0123456789"}));
  const std::string text = render_table(table, {.width = 40, .limit_bytes = 200});
  EXPECT_LT(text.size(), 300U);
  EXPECT_NE(text.find("left out"), std::string::npos) << text;
}

}  // namespace
}  // namespace berth::cli
