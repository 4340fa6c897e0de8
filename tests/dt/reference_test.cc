#include "berth/dt/reference.h"

#include <gtest/gtest.h>

#include <ctime>
#include <iterator>

#include "berth/dt/local_script.h"
#include "tests/dt/sample_context.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

class Fields : public Lookup {
 public:
  Result<Json> find(Scope scope, std::string_view name) override {
    if (name == "broken") return fail(Errc::Unavailable, "nobody answers");
    if (scope == Scope::Incident && name == "severity") return Json(3);
    if (scope == Scope::Incident && name == "labels") return *parse_json(R"([{"type": "Mail", "value": "x"}])");
    if (scope == Scope::Inputs && name == "Indicator") return Json("1.2.3.4");
    if (scope == Scope::Lists && name == "Allowed") return Json("a,b");
    if (scope == Scope::Lists && name == "My List") return *parse_json(R"({"k": [1, 2]})");
    return Json();
  }
};

struct Row {
  const char* name;
  const char* text;
  const char* result;
};

const Row kRows[] = {
    // One reference and nothing else: the value itself.
    {"Text", "${Text}", R"("plain")"},
    {"Number", "${Number}", "7"},
    {"True", "${Host.Up}", "true"},
    {"List", "${Host.Ports}", "[22, 80, 443]"},
    {"Object", "${Host.Owner}", R"({"Name": "Ada", "Mail": null})"},
    {"SingleList", "${Host.Tags}", R"("only")"},
    {"Missing", "${Nobody}", "null"},
    {"Null", "${Host.Nothing}", "null"},
    {"Root", "${.}", "all"},
    {"Blanks", "${ Host.Name }", R"("web-1")"},
    {"Index", "${Host.Ports.[1]}", "80"},
    {"Selector", "${Score(val.Vendor == 'south').Value}", "1"},
    {"Mutator", "${Text=val.toUpperCase()}", R"("PLAIN")"},
    {"BracesInFunction", "${Text=f(val);function f(x) { if (x) { return {a: x}; } }}", R"({"a": "plain"})"},
    {"BraceInString", "${Text=val + '}'}", R"("plain}")"},
    {"BraceInSelector", "${Names(val == '}' || val == \"Bob\")}", R"("Bob")"},
    {"BraceInExpression", "${Names(/^[b}]/i.test(val))}", R"("Bob")"},
    {"ObjectLiteral", "${Number={n: val}}", R"({"n": 7})"},
    // In a text.
    {"NoReference", "plain $ { } text", R"("plain $ { } text")"},
    {"Empty", "", R"("")"},
    {"InText", "host ${Host.Name}!", R"("host web-1!")"},
    {"Several", "${Text} ${Number}", R"("plain 7")"},
    {"Adjacent", "${Text}${Number}", R"("plain7")"},
    {"BlankBehind", "${Number} ", R"("7 ")"},
    {"MissingInText", "<${Nobody}>", R"("<>")"},
    {"NullInText", "<${Host.Nothing}>", R"("<>")"},
    {"TrueInText", "<${Host.Up}>", R"("<true>")"},
    {"ListInText", "<${Host.Ports}>", R"("<[22, 80, 443]>")"},
    {"ObjectInText", "<${Host.Owner}>", R"("<{\"Name\": \"Ada\", \"Mail\": null}>")"},
    {"DigitsInText", "<${Big.Whole}>", R"("<9007199254740993>")"},
    {"NotAscii", "\xc3\xa9${Text}", R"("\u00e9plain")"},
    // What is none.
    {"Escaped", "\\${Text}", R"("\\${Text}")"},
    {"EscapedAndNot", "\\${Text} ${Number}", R"("\\${Text} 7")"},
    {"NeverClosed", "a ${Text", R"("a ${Text")"},
    {"NeverClosedThenOne", "${Text(val ${Number}", R"("${Text(val 7")"},
    {"OneBrace", "{Text} $Text", R"("{Text} $Text")"},
    {"Apostrophe", "${It's} ${Number}", R"(" 7")"},
    {"NotExpandedAgain", "<${Text='$' + '{Number}'}>", R"("<${Number}>")"},
    // Outside the context.
    {"Incident", "${incident.severity}", "3"},
    {"IncidentInText", "severity ${incident.severity}", R"("severity 3")"},
    {"IncidentBelow", "${incident.labels.value}", R"("x")"},
    {"IncidentSelector", "${incident.labels(val.type == 'Mail' && val1---Number == 7).value}", R"("x")"},
    {"IncidentMutator", "${incident.severity=val + 1}", "4"},
    {"IncidentMissing", "${incident.nobody}", "null"},
    {"Inputs", "${inputs.Indicator}", R"("1.2.3.4")"},
    {"Lists", "${lists.Allowed}", R"("a,b")"},
    {"ListsBlank", "${lists.My List.k.[1]}", "2"},
    {"ScopeAlone", "${incident}", "null"},
};

class References : public ::testing::TestWithParam<Row> {};

TEST_P(References, AreExpanded) {
  static const Json kContext = testing::sample_context();
  LocalScript script;
  Fields fields;
  const auto result = expand(GetParam().text, kContext, script, &fields);
  ASSERT_TRUE(testing::ok(result));
  const Json expected = std::string_view(GetParam().result) == "all" ? kContext : *parse_json(GetParam().result);
  EXPECT_EQ(print_json(*result), print_json(expected));
}

INSTANTIATE_TEST_SUITE_P(Table, References, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(ReferenceTable, IsAsLongAsPromised) { EXPECT_GE(std::size(kRows), 30u); }

TEST(Reference, WithoutLookupTheContextAnswers) {
  LocalScript script;
  const Json context = *parse_json(R"({"incident": {"id": 5}})");
  const auto result = expand("${incident.id}", context, script);
  ASSERT_TRUE(testing::ok(result));
  EXPECT_EQ(*result, Json(5));
}

TEST(Reference, IsSeen) {
  for (const char* text : {"${a}", "x ${a(val == '}')} y", "${}"}) EXPECT_TRUE(has_reference(text)) << text;
  for (const char* text : {"", "$a", "\\${a}", "${a", "${a(})"}) EXPECT_FALSE(has_reference(text)) << text;
}

TEST(Reference, ErrorsNameIt) {
  LocalScript script;
  Fields fields;
  const Json context = testing::sample_context();
  EXPECT_TRUE(testing::fails_with(expand("x ${A..B}", context, script), Errc::InvalidInput,
                                  "expand '${A..B}': read the expression 'A..B': at byte 2"));
  EXPECT_TRUE(testing::fails_with(expand("${}", context, script), Errc::InvalidInput, "it is empty"));
  EXPECT_TRUE(testing::fails_with(expand("${Text(val ==)}", context, script), Errc::InvalidInput, "SyntaxError"));
  EXPECT_TRUE(testing::fails_with(expand("${lists.broken}", context, script, &fields), Errc::Unavailable,
                                  "expand '${lists.broken}': nobody answers"));
}

TEST(Reference, IsBounded) {
  LocalScript script;
  Json context = Json::object();
  context.set("T", std::string(1 << 20, 'x'));
  std::string text;
  for (int i = 0; i < 20; ++i) text += "${T}";
  EXPECT_TRUE(testing::fails_with(expand(text, context, script), Errc::Exhausted, "more than 16777216 bytes"));
  for (int i = 0; i < 1000; ++i) text += "${U}";
  EXPECT_TRUE(testing::fails_with(expand(text, context, script), Errc::Exhausted, "more than 1000"));
  std::string open;
  for (int i = 0; i < 900; ++i) open += "${a(((";
  const std::clock_t begun = std::clock();  // processor time: a busy machine does not count
  EXPECT_EQ(expand(open, context, script)->as_string()->size(), open.size());
  EXPECT_LT(std::clock() - begun, 20 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace berth::dt
