#include "berth/content/context_reference.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::content {
namespace {

struct ReferenceRow {
  const char* name;
  std::string text;
  std::string found;  // each as offset:size<path>
};

const ReferenceRow kRows[] = {
    {"None", "a $b {c}", ""},
    {"Whole", "${a.b}", "0:6<a.b>"},
    {"BlanksInside", "${ a.b\n}", "0:8<a.b>"},
    {"Two", "x ${a} y ${b}", "2:4<a> 9:4<b>"},
    {"Adjacent", "${a}${b}", "0:4<a> 4:4<b>"},
    {"Empty", "${}", "0:3<>"},
    {"BracketInQuotes", "${a(val==\"}\")}", "0:14<a(val==\"}\")>"},
    {"EscapedQuote", "${a('\\'}')} }", "0:11<a('\\'}')>"},
    {"InnerBrackets", "${a={b}}c", "0:8<a={b}>"},
    {"InnerReference", "${a.${b}}", "0:9<a.${b}>"},
    {"Unclosed", "${a} ${b", "0:4<a>"},
    {"UnclosedQuote", "${a'}", ""},
    {"EndsInBackslash", "${'\\", ""},
};

class References : public ::testing::TestWithParam<ReferenceRow> {};

TEST_P(References, AreFoundWhole) {
  std::string found;
  for (const ContextReference& reference : references_in(GetParam().text)) {
    if (!found.empty()) found += ' ';
    found += std::to_string(reference.offset) + ":" + std::to_string(reference.size) + "<" +
             std::string(reference.path) + ">";
  }
  EXPECT_EQ(found, GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(Table, References, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::content
