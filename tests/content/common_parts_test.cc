#include "berth/content/common_parts.h"

#include <gtest/gtest.h>

namespace berth::content {
namespace {

constexpr std::string_view kCommon =
    "a = 1\n_berth_end_of_part('a.py')\n"
    "KEPT = 2\ndef maker(x): return x\nclass Kind(object):\n    inner = 1\nif x == 3: y = 1\n"
    "_berth_end_of_optional_part('b.py')\n"
    "class Plain:\n    pass\n_berth_end_of_optional_part('c.py')\n"
    "z = 3\n_berth_end_of_part('d.py')\nlast()\n";
constexpr std::string_view kAlways = "a = 1\n_berth_end_of_part('a.py')\nz = 3\n_berth_end_of_part('d.py')\nlast()\n";

struct Row {
  const char* name;
  const char* code;
  bool all;
};

const Row kRows[] = {
    {"Nothing", "demisto.results(a)\n", false},
    {"Variable", "x = KEPT\n", true},
    {"Function", "maker(1)\n", true},
    {"Class", "class Mine(Kind): pass\n", true},
    {"ClassWithoutBase", "Plain()\n", true},
    {"NamesWithinAClass", "inner = 5\n", false},
    {"NamesAfterADot", "mine.maker(1)\n", false},
    {"PartsOfWords", "makers = Kinds\n", false},
    {"Exec", "exec(text)\n", true},
    {"Globals", "globals()[name]()\n", true},
};

class CommonParts : public ::testing::TestWithParam<Row> {};

TEST_P(CommonParts, AreThereWhenTheyAreNamed) {
  EXPECT_EQ(common_for(kCommon, GetParam().code), GetParam().all ? kCommon : kAlways);
}

INSTANTIATE_TEST_SUITE_P(Table, CommonParts, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(CommonPartsOfOtherScripts, AreLeftAlone) {
  for (const std::string_view text : {"", "x", "def f(): pass\n", "_berth_end_of_part('x')"}) {
    EXPECT_EQ(common_for(text, "x"), text);
  }
}

}  // namespace
}  // namespace berth::content
