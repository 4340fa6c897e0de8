#include "berth/vet/poetry_versions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace berth::vet {
namespace {

struct Row {
  const char* name;
  const char* written;
  const char* specifiers;  // of alternatives, parted by " or "; "none" where it cannot be said
};

const Row kRows[] = {
    {"Caret", "^1.2.3", ">=1.2.3,<2"},
    {"CaretOfTwo", "^1.2", ">=1.2,<2"},
    {"CaretOfOne", "^1", ">=1,<2"},
    {"CaretOfZero", "^0.2.3", ">=0.2.3,<0.3"},
    {"CaretOfZeros", "^0.0.3", ">=0.0.3,<0.0.4"},
    {"CaretOfTwoZeros", "^0.0", ">=0.0,<0.1"},
    {"CaretOfOneZero", "^0", ">=0,<1"},
    {"CaretOfFour", "^0.0.0.1", ">=0.0.0.1,<0.0.1"},
    {"CaretOfACandidate", "^2.0rc1", ">=2.0rc1,<3"},
    {"CaretOfAnEpoch", "^1!9.9", ">=1!9.9,<1!10"},
    {"Tilde", "~1.2.3", ">=1.2.3,<1.3"},
    {"TildeOfTwo", "~ 1.9", ">=1.9,<1.10"},
    {"TildeOfOne", "~1", ">=1,<2"},
    {"Compatible", "~=1.2", "~=1.2"},
    {"Any", "*", ""},
    {"AnyOfX", "x.X", ""},
    {"Empty", "", ""},
    {"Pattern", "1.*", "==1.*"},
    {"PatternOfX", "1.2.x.x", "==1.2.*"},
    {"NotOfPattern", "!=1.2.*", "!=1.2.*"},
    {"Bare", "1.2", "==1.2"},
    {"OneEqual", "=1.2", "==1.2"},
    {"Commas", ">=1.2, <2.0,!=1.5,", ">=1.2,<2.0,!=1.5"},
    {"Blanks", ">= 1.2 <2.0", ">=1.2,<2.0"},
    {"Unequal", "<>1.2", "!=1.2"},
    {"Alternatives", "^1.2 || ~2.0 | 3.1", ">=1.2,<2 or >=2.0,<2.1 or ==3.1"},
    {"OneTakesAll", "^1 || *", ""},
    {"CaretOfNone", "^", "none"},
    {"CaretOfAPattern", "^1.*", "none"},
    {"Range", "1.2 - 2.0", "none"},
    {"Tag", "latest", "none"},
    {"EmptyAlternative", "^1 ||", "none"},
    {"CaretOfALocal", "^1.0+cpu", "none"},
    {"UnknownOperator", "=>1", "none"},
    {"Condition", "1.0; x", "none"},
};

class PoetryVersions : public ::testing::TestWithParam<Row> {};
TEST_P(PoetryVersions, AreSaidInThoseOfPip) {
  const auto told = specifiers_of_poetry(GetParam().written);
  EXPECT_EQ(told ? fmt::format("{}", fmt::join(*told, " or ")) : "none", GetParam().specifiers);
}
INSTANTIATE_TEST_SUITE_P(Table, PoetryVersions, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::vet
