#include "berth/content/context_extension.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

constexpr const char* kContents = R"({
  "name": "x", "none": null, "list": [1, 2], "one": [{"id": 7}],
  "attributes": {"manager": "m", "displayName": "d", "deep": {"er": true}},
  "value": [{"appId": "p", "tags": ["a"]}, {"appId": "q"}, {"other": 1}, [{"appId": "r"}]]})";

// Stands for the DT language: what it is asked, in brackets.
Result<Json> in_brackets(const std::string& expression, const Json&) { return Json("<" + expression + ">"); }

// Reads the text and takes what it names, as a command does.
Result<Json> extend_by(std::string_view spec, const Json& contents, const FindByExpression& find = in_brackets) {
  BERTH_TRY(const auto extensions, parse_context_extensions(spec));
  Extended extended = extend_context(extensions, contents, find);
  EXPECT_TRUE(extended.problems.empty()) << extended.problems.front();
  return std::move(extended.context);
}

struct ExtensionRow {
  const char* name;
  const char* spec;
  const char* context;
};

const ExtensionRow kGood[] = {
    {"Nothing", "", "{}"},
    {"Member", "Name=name", R"({"Name": "x"})"},
    {"Path", "M=attributes.manager", R"({"M": "m"})"},
    {"TwoPaths", "manager=attributes.manager::who=attributes.displayName", R"({"manager": "m", "who": "d"})"},
    {"Deep", "A.B=attributes.deep.er", R"({"A.B": true})"},
    {"Object", "A=attributes.deep", R"({"A": {"er": true}})"},
    {"Null", "A=none", R"({"A": null})"},
    {"NotThere", "A=nothing::B=name.x::C=name", R"({"C": "x"})"},
    {"Index", "A=value.[0].appId", R"({"A": "p"})"},
    {"IndexWithoutDot", "A=value[1].appId", R"({"A": "q"})"},
    {"IndexPastTheEnd", "A=value.[9].appId", "{}"},
    {"IndexOfObject", "A=attributes.[0]", "{}"},
    {"Mapped", "A=value.appId", R"({"A": ["p", "q", "r"]})"},
    {"MappedToOne", "A=value.other", R"({"A": 1})"},
    {"MappedList", "A=value.tags", R"({"A": ["a"]})"},
    {"ListStaysAList", "A=list", R"({"A": [1, 2]})"},
    {"OneElement", "A=one.id", R"({"A": 7})"},
    {"BlanksAround", " A = name :: B = list ", R"({"A": "x", "B": [1, 2]})"},
    {"LastOfOneKeyCounts", "A=name::A=list", R"({"A": [1, 2]})"},
    {"KeyIsAnExpression", "A(val.x == obj.x)=name", R"x({"A(val.x == obj.x)": "x"})x"},
    {"LeadingDot", "A=.name", R"({"A": "x"})"},
    {"Selector", "A=list(val==1).c", R"({"A": "<list(val==1).c>"})"},
    {"Mutator", "A=.=val.name", R"({"A": "<.=val.name>"})"},
    {"MutatorWithSeparators", "A=.='a::b=' + val.name::B=name", R"({"A": "<.='a::b=' + val.name>", "B": "x"})"},
    {"ScriptAlone", "A=val.name + val.one", R"({"A": "<.=val.name + val.one>"})"},
    {"ValAlone", "A=val", R"({"A": "<.=val>"})"},
    {"ValMember", "A=val.name", R"({"A": "<.=val.name>"})"},
    {"BeginsLikeVal", "A=value2.x::B=value.other", R"({"B": 1})"},
    {"ThreeParts", "A=name::B=.=val.name::C=list(val==1)", R"({"A": "x", "B": "<.=val.name>", "C": "<list(val==1)>"})"},
    {"NegativeIndex", "A=list.[-1]", R"({"A": "<list.[-1]>"})"},
};

class GoodExtension : public ::testing::TestWithParam<ExtensionRow> {};

TEST_P(GoodExtension, TakesWhatThePathsFind) {
  const auto context = extend_by(GetParam().spec, parse_json(kContents).value());
  ASSERT_TRUE(testing::ok(context));
  EXPECT_EQ(print_json(*context), GetParam().context);
}

// Code that hands over a dict has its contents turned into a text.
TEST_P(GoodExtension, ReadsTextThatIsJson) {
  const auto context = extend_by(GetParam().spec, Json(kContents));
  ASSERT_TRUE(testing::ok(context));
  EXPECT_EQ(print_json(*context), GetParam().context);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodExtension, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

TEST(ContextExtension, WholeResponse) {
  const Json contents = parse_json(R"([1, {"a": 2}])").value();
  for (const char* spec : {"A=", "A=."}) {
    const auto context = extend_by(spec, contents);
    ASSERT_TRUE(testing::ok(context)) << spec;
    EXPECT_EQ(print_json(*context), R"({"A": [1, {"a": 2}]})") << spec;
  }
  EXPECT_EQ(print_json(extend_by("A=", Json("plain [text")).value()), R"({"A": "plain [text"})");
  EXPECT_EQ(print_json(extend_by("A=", Json("[broken")).value()), R"({"A": "[broken"})");
  EXPECT_EQ(print_json(extend_by("A=", Json()).value()), R"({"A": null})");
}

TEST(ContextExtension, KeepsExpressionsWhole) {
  const auto parsed = parse_context_extensions("A(val.b == 'c::d')=x::Output=.=JSON.parse(val.output)");
  ASSERT_TRUE(testing::ok(parsed));
  ASSERT_EQ(parsed->size(), 2u);
  EXPECT_EQ((*parsed)[0], (ContextExtension{"A(val.b == 'c::d')", "x"}));
  EXPECT_EQ((*parsed)[1], (ContextExtension{"Output", ".=JSON.parse(val.output)"}));
}

struct BadExtensionRow {
  const char* name;
  std::string spec;
  const char* why;
};

const BadExtensionRow kBad[] = {
    {"NoEquals", "name", "'name' names no key and path; write Key=path::Key2=path2"},
    {"NoKey", "=name", "'=name' names no key"},
    {"BlankKey", " =name", "names no key"},
    {"EmptyPart", "A=name::::B=x", "'' names no key"},
    {"EndsInColons", "A=name::", "nothing follows the last '::'"},
};

class BadExtension : public ::testing::TestWithParam<BadExtensionRow> {};

TEST_P(BadExtension, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(extend_by(GetParam().spec, Json::object()), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadExtension, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(ContextExtension, AMemberCalledValGoesFirst) {
  const Json contents = parse_json(R"({"val": {"a": 1}})").value();
  EXPECT_EQ(print_json(extend_by("A=val.a::B=val", contents).value()), R"({"A": 1, "B": {"a": 1}})");
}

TEST(ContextExtension, WhatFailsOrFindsNothingLeavesItsKeyOut) {
  const auto find = [](const std::string& expression, const Json&) -> Result<Json> {
    if (expression == "a(1)") return Json();
    return fail(Errc::InvalidInput, "it is no expression");
  };
  const auto extensions = parse_context_extensions("A=a(1)::B=..::C=x").value();
  const Extended extended = extend_context(extensions, parse_json(R"({"x": 1})").value(), find);
  EXPECT_EQ(print_json(extended.context), R"({"C": 1})");
  EXPECT_EQ(extended.problems, std::vector<std::string>{"extend-context: key 'B': it is no expression"});
}

TEST(ContextExtension, TooManyKeysAreRefused) {
  std::string spec = "A=";
  for (int i = 0; i < 100; ++i) spec += "::A=";
  EXPECT_TRUE(testing::fails_with(parse_context_extensions(spec), Errc::InvalidInput, "more than 100 keys"));
}

}  // namespace
}  // namespace berth::content
