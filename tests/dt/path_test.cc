#include "berth/dt/path.h"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

// One line that shows how an expression was taken apart.
std::string shown(const Path& path) {
  struct Show {
    std::string operator()(const Key& key) const { return "<" + key.name + ">"; }
    std::string operator()(const Index& index) const { return "[" + std::to_string(index.at) + "]"; }
    std::string operator()(const Slice& slice) const {
      return "[" + std::to_string(slice.first) + ":" + std::to_string(slice.last) + "]";
    }
    std::string operator()(const Selector& selector) const { return "(" + script(selector.condition) + ")"; }
    std::string script(const JavaScript& javascript) const {
      std::string text = javascript.code;
      for (const Bind& bind : javascript.binds) {
        text += " |" + bind.name + (bind.is_relative ? "~" : "");
        for (const Place& place : bind.places) text += std::visit(*this, place);
      }
      return text;
    }
  };
  std::string text;
  for (const Step& step : path.steps) text += std::visit(Show(), step);
  return path.mutator ? text + "=" + Show().script(*path.mutator) : text;
}

struct Good {
  const char* name;
  std::string text;
  const char* shown;
};

const Good kGood[] = {
    {"OneName", "A", "<A>"},
    {"Names", "A.B.C", "<A><B><C>"},
    {"Root", ".", ""},
    {"LeadingDot", ".A.B", "<A><B>"},
    {"BlanksAround", "  A.B \n", "<A><B>"},
    {"BlankInName", "A.First Name", "<A><First Name>"},
    {"OddNames", "A-b.c:d.e@f.g$h.\xc3\xa9.1", "<A-b><c:d><e@f><g$h><\xc3\xa9><1>"},
    {"BracketsInName", "A.x[y].z]", "<A><x[y]><z]>"},
    {"QuotedName", "A['b.c'].d", "<A><b.c><d>"},
    {"QuotedNameWithQuote", R"(A.["b\"=("])", "<A><b\"=(>"},
    {"Index", "A.[0].B", "<A>[0]<B>"},
    {"IndexWithoutDot", "A[12].B", "<A>[12]<B>"},
    {"IndexFirst", "[1].B", "[1]<B>"},
    {"IndexFromEnd", "A.[-1]", "<A>[-1]"},
    {"Slice", "A.[0:2].B", "<A>[0:2]<B>"},
    {"SliceOpen", "A[1:][:3]", "<A>[1:-1][0:3]"},
    {"SliceBlanks", "A[ 1 : 2 ]", "<A>[1:2]"},
    {"Selector", "A(val.x == 1)", "<A>(val.x == 1)"},
    {"SelectorThenName", "A( val.x == ')' ).y", "<A>(val.x == ')')<y>"},
    {"SelectorNested", "A(f((1)))", "<A>(f((1)))"},
    {"SelectorRegex", R"(A(/[)/]\)/.test(val)))", R"(<A>(/[)/]\)/.test(val)))"},
    {"SelectorDivides", "A((val.x) / 2 == ')'.length / 1)", "<A>((val.x) / 2 == ')'.length / 1)"},
    {"SelectorComment", "A(val /* ) */ == 1)", "<A>(val /* ) */ == 1)"},
    {"SelectorBeforeName", "A (val.x).y", "<A>(val.x)<y>"},
    {"TwoSelectors", "A(val.x)(val.y).[0]", "<A>(val.x)(val.y)[0]"},
    {"RootSelector", "(val.x)", "(val.x)"},
    {"DottedRootSelector", ".(val.x).y", "(val.x)<y>"},
    {"Mutator", "A.B=val.trim()", "<A><B>=val.trim()"},
    {"MutatorBlanks", "A.B = val + 1", "<A><B>=val + 1"},
    {"MutatorFunction", "A=f(val);function f(x) { return x; }", "<A>=f(val);function f(x) { return x; }"},
    {"RootMutator", ".=val.A", "=val.A"},
    {"SelectorAndMutator", "A.B(val.indexOf('x') >= 0)=val.toLowerCase()",
     "<A><B>(val.indexOf('x') >= 0)=val.toLowerCase()"},
    {"Bind", "A(val.x == val1---B.[0].C).d", "<A>(val.x == val1 |val1<B>[0]<C>)<d>"},
    {"BindRelative", "A(val.x == val1---.y.z)", "<A>(val.x == val1 |val1~<y><z>)"},
    {"BindMethod", "A(val == val1---B.C.trim())", "<A>(val == val1.trim() |val1<B><C>)"},
    {"BindLength", "A(val == val1---B.C.length)", "<A>(val == val1.length |val1<B><C>)"},
    {"BindDash", "A(val == val1---B-c.D - 1)", "<A>(val == val1 - 1 |val1<B-c><D>)"},
    {"BindTwice", "A(val1---B == 1 || val1---B == val2---C)", "<A>(val1 == 1 || val1 == val2 |val1<B> |val2<C>)"},
    {"BindInMutator", "A=val + val12---B", "<A>=val + val12 |val12<B>"},
    {"BindInString", "A(val == 'val1---B')", "<A>(val == 'val1---B')"},
    {"BindThenComparison", "A(val1---B==val)", "<A>(val1==val |val1<B>)"},
    {"NoBind", "A(val--- 1)", "<A>(val--- 1)"},
};

class GoodPath : public ::testing::TestWithParam<Good> {};

TEST_P(GoodPath, IsTakenApart) {
  const auto path = parse_path(GetParam().text);
  ASSERT_TRUE(testing::ok(path));
  EXPECT_EQ(shown(*path), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodPath, ::testing::ValuesIn(kGood), [](const auto& row) { return row.param.name; });

std::string repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

struct Bad {
  const char* name;
  std::string text;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", Errc::InvalidInput, "at byte 0: it is empty"},
    {"Blank", "  ", Errc::InvalidInput, "it is empty"},
    {"TwoDots", "A..B", Errc::InvalidInput, "at byte 2: a name is missing"},
    {"TrailingDot", " A.", Errc::InvalidInput, "at byte 3: a name is missing"},
    {"OpenSelector", "A(val.x", Errc::InvalidInput, "at byte 1: the '(' has no partner"},
    {"WrongPartner", "A(val.x]", Errc::InvalidInput, "the '(' has no partner"},
    {"OpenString", "A(val == 'x)", Errc::InvalidInput, "the '(' has no partner"},
    {"EmptySelector", "A( )", Errc::InvalidInput, "at byte 2: an expression in JavaScript is missing"},
    {"EmptyMutator", "A=", Errc::InvalidInput, "at byte 2: an expression in JavaScript is missing"},
    {"NameBehindSelector", "A(val)B", Errc::InvalidInput, "at byte 6: a '.' is missing"},
    {"NameBehindIndex", "A[0]B", Errc::InvalidInput, "at byte 4: a '.' is missing"},
    {"BindNoPath", "A(val1--- == 1)", Errc::InvalidInput, "at byte 9: no path follows 'val1---'"},
    {"BindTwoPaths", "A(val1---B == val1---C)", Errc::InvalidInput, "'val1' stands for two paths"},
    {"ControlShown", "A(\x1b", Errc::InvalidInput, "read the expression 'A(\\x1b': at byte 1"},
    {"TooLong", std::string(70'000, 'a'), Errc::Exhausted, "more than 65536 bytes"},
    {"TooManySteps", "a" + repeated(".a", 64), Errc::Exhausted, "more than 64 steps"},
    {"TooManyIndices", "a" + repeated("[0]", 64), Errc::Exhausted, "more than 64 steps"},
    {"TooManySelectors", "a" + repeated("(val)", 9), Errc::Exhausted, "more than 8 conditions"},
    {"TooManyBinds",
     [] {
       std::string text = "a(1";
       for (int i = 1; i <= 17; ++i) text += " + val" + std::to_string(i) + "---b";
       return text + ")";
     }(),
     Errc::Exhausted, "more than 16 binds"},
};

class BadPath : public ::testing::TestWithParam<Bad> {};

TEST_P(BadPath, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_path(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadPath, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

// Text that makes a reader look ahead again and again.
TEST(Path, LongNonsenseTakesNoLongTime) {
  for (const char* piece : {"[", "['", "a[0", "(", "val1---", "/", "a.[", "[0][", "='", "((/"}) {
    std::string text = "a";
    while (text.size() + 8 < kMostPathBytes) text += piece;
    const std::clock_t begun = std::clock();  // processor time: a busy machine does not count
    [[maybe_unused]] const auto parsed = parse_path(text);
    EXPECT_LT(std::clock() - begun, 20 * CLOCKS_PER_SEC) << piece;
  }
}

}  // namespace
}  // namespace berth::dt
