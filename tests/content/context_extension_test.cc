#include "berth/content/context_extension.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

constexpr const char* kContents = R"({
  "name": "x", "none": null, "list": [1, 2], "one": [{"id": 7}],
  "attributes": {"manager": "m", "displayName": "d", "deep": {"er": true}},
  "value": [{"appId": "p", "tags": ["a"]}, {"appId": "q"}, {"other": 1}, [{"appId": "r"}]]})";

// Reads the text and takes what it names, as a command does.
Result<Json> extend_by(std::string_view spec, const Json& contents) {
  BERTH_TRY(const auto extensions, parse_context_extensions(spec));
  return extend_context(extensions, contents);
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
    {"DoubleDot", "A=a..b", "extend-context: 'a..b' is no path; write names with dots between"},
    {"EndsInDot", "A=a.", "'a.' is no path"},
    {"NoIndex", "A=a[x]", "'a[x]' is no path"},
    {"NegativeIndex", "A=a[-1]", "is no path"},
    {"OpenIndex", "A=a[1", "is no path"},
    {"TextBehindIndex", "A=a[1]b", "is no path"},
    {"Expression", "A=a(val.b==1).c", "'a(val.b==1).c' is no path"},
    {"Mutator", "A=.=JSON.parse(val)", "is no path"},
};

class BadExtension : public ::testing::TestWithParam<BadExtensionRow> {};

TEST_P(BadExtension, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(extend_by(GetParam().spec, Json::object()), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadExtension, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(ContextExtension, TooManyKeysAreRefused) {
  std::string spec = "A=";
  for (int i = 0; i < 100; ++i) spec += "::A=";
  EXPECT_TRUE(testing::fails_with(parse_context_extensions(spec), Errc::InvalidInput, "more than 100 keys"));
}

}  // namespace
}  // namespace berth::content
