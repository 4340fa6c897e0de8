#include "berth/content/common_parts.h"

#include <gtest/gtest.h>

#include "berth/content/common_names.h"

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

class CommonScriptChoice : public ::testing::TestWithParam<Row> {};

TEST_P(CommonScriptChoice, HasThePartsThatAreNamed) {
  const CommonParts parts = split_common(kCommon);
  const CommonScript common{kCommon, parts.always, parts.optional_names, "whole", "always"};
  const CommonText chosen = common_for(common, free_identifiers(GetParam().code));
  EXPECT_EQ(chosen.text, GetParam().all ? kCommon : kAlways);
  EXPECT_EQ(chosen.digest, GetParam().all ? "whole" : "always");
}

INSTANTIATE_TEST_SUITE_P(Table, CommonScriptChoice, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(SplitCommon, NamesWhatOptionalPartsGive) {
  EXPECT_EQ(split_common(kCommon).optional_names, "KEPT\nKind\nPlain\nmaker\n");
}

TEST(SplitCommon, LeavesOtherScriptsAlone) {
  for (const std::string_view text : {"", "x", "def f(): pass\n", "_berth_end_of_part('x')"}) {
    const CommonParts parts = split_common(text);
    EXPECT_EQ(parts.always, text);
    EXPECT_EQ(parts.optional_names, "");
  }
}

}  // namespace
}  // namespace berth::content
