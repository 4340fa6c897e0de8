// The DT language as a table.
#include "berth/dt/evaluate.h"

#include <gtest/gtest.h>

#include <iterator>

#include "berth/dt/local_script.h"
#include "tests/dt/sample_context.h"
#include "tests/support/result_matchers.h"

namespace berth::dt {
namespace {

struct Row {
  const char* name;
  const char* expression;
  const char* result;
};

const Row kRows[] = {
    // Paths.
    {"Root", ".", "all"},
    {"Top", "Text", R"("plain")"},
    {"TopNumber", "Number", "7"},
    {"Nested", "Host.Name", R"("web-1")"},
    {"NestedTwice", "Host.Owner.Name", R"("Ada")"},
    {"LeadingDot", ".Host.Name", R"("web-1")"},
    {"Object", "Host.Owner", R"({"Name": "Ada", "Mail": null})"},
    {"True", "Host.Up", "true"},
    {"Fraction", "Host.Load", "0.5"},
    {"Zero", "Host.Count", "0"},
    {"EmptyText", "Host.Note", R"("")"},
    {"Null", "Host.Nothing", "null"},
    {"EmptyList", "Host.Empty", "[]"},
    {"List", "Host.Ports", "[22, 80, 443]"},
    {"Missing", "Host.Nobody", "null"},
    {"MissingTop", "Nobody", "null"},
    {"MissingBelow", "Nobody.Knows.This", "null"},
    {"BelowText", "Text.length", "null"},
    {"BelowNumber", "Number.x", "null"},
    {"BelowNull", "Host.Nothing.x", "null"},
    {"OtherCase", "host.Name", "null"},
    {"WholeDigits", "Big.Whole", "9007199254740993"},
    {"ManyDigits", "Big.More", "10000000000000000000000000000000000000000"},
    {"MinusZero", "Big.Minus", "-0"},
    {"NotANumber", "Big.Nan", "NaN"},
    {"NameWithDot", "Odd['a.b']", "1"},
    {"NameWithDotDotted", "Odd.['a.b']", "1"},
    {"NameWithBlank", "Odd.c d", "2"},
    {"NameWithDash", "Odd.e-f", "3"},
    {"NameWithBrackets", "Odd[\"(g)\"]", "4"},
    {"NameWithEquals", "Odd['h=i']", "5"},
    {"NameNotAscii", "Odd.\xc3\xa9", "6"},
    {"NameWithQuotes", R"(Odd['[\'j\']'])", "7"},
    {"NameOfDigits", "Odd.0", "8"},
    {"NoIndexOfObject", "Odd.[1]", "null"},
    // Lists on the way.
    {"Mapped", "Score.Vendor", R"(["north", "south", "East Wind", "west"])"},
    {"MappedSome", "Score.Value", "[3, 1, 2]"},
    {"MappedNone", "Score.Nobody", "null"},
    {"MappedLists", "Score.Seen", R"(["mon", "tue", "wed"])"},
    {"SingleList", "Host.Tags", R"("only")"},
    {"SingleOnTheWay", "One.A", "1"},
    {"SingleTwice", "One.B.C", R"("deep")"},
    {"SingleObject", "One.B", R"({"C": "deep"})"},
    {"WholeSingle", "One", R"({"A": 1, "B": [{"C": "deep"}]})"},
    {"ListOfLists", "Grid", "[[1, 2], [3, 4], [5]]"},
    {"MappedMixed", "Mixed.x", "1"},
    {"MappedTexts", "Names.x", "null"},
    // Indices.
    {"First", "Host.Ports.[0]", "22"},
    {"Last", "Host.Ports.[2]", "443"},
    {"WithoutDot", "Host.Ports[1]", "80"},
    {"FromEnd", "Host.Ports.[-1]", "443"},
    {"FromEndFirst", "Host.Ports.[-3]", "22"},
    {"FromEndPast", "Host.Ports.[-4]", "null"},
    {"Past", "Host.Ports.[3]", "null"},
    {"FarPast", "Host.Ports.[9223372036854775807]", "null"},
    {"FarBefore", "Host.Ports.[-9223372036854775808]", "null"},
    {"OfEmpty", "Host.Empty.[0]", "null"},
    {"OfMissing", "Nobody.[0]", "null"},
    {"OfOneValue", "Text.[0]", R"("plain")"},
    {"OfOneValuePast", "Text.[1]", "null"},
    {"OfObject", "Host.[0].Name", R"("web-1")"},
    {"ThenName", "Score.[1].Vendor", R"("south")"},
    {"AfterMapping", "Score.Vendor.[2]", R"("East Wind")"},
    {"AfterMappedLists", "Score.Seen.[2]", R"("wed")"},
    {"OfLists", "Grid.[1]", "[3, 4]"},
    {"OfListsTwice", "Grid.[1].[0]", "3"},
    {"OfListOfOne", "Grid.[2]", "5"},
    {"ThenList", "Score.[0].Seen", R"(["mon", "tue"])"},
    // Slices.
    {"SliceTwo", "Host.Ports.[0:1]", "[22, 80]"},
    {"SliceAll", "Host.Ports.[0:2]", "[22, 80, 443]"},
    {"SliceOne", "Host.Ports.[1:1]", "80"},
    {"SlicePast", "Host.Ports.[1:9]", "[80, 443]"},
    {"SliceBackwards", "Host.Ports.[2:1]", "null"},
    {"SliceOutside", "Host.Ports.[5:9]", "null"},
    {"SliceFrom", "Host.Ports.[1:]", "[80, 443]"},
    {"SliceTo", "Host.Ports.[:1]", "[22, 80]"},
    {"SliceFromEnd", "Host.Ports.[-2:-1]", "[80, 443]"},
    {"SliceFarBefore", "Host.Ports.[-9:0]", "22"},
    {"SliceWithoutDot", "Host.Ports[0:1]", "[22, 80]"},
    {"SliceThenName", "Score.[0:2].Vendor", R"(["north", "south", "East Wind"])"},
    {"SliceThenIndex", "Score.[1:3].[0].Vendor", R"("south")"},
    {"SliceOfMapped", "Score.Vendor.[2:3]", R"(["East Wind", "west"])"},
    {"SliceOfLists", "Grid.[1:2]", "[3, 4, 5]"},
    {"SliceOfOneValue", "Text.[0:5]", R"("plain")"},
    // Conditions that need no engine.
    {"Equal", "Score(val.Vendor == 'south').Value", "1"},
    {"EqualDouble", "Score(val.Vendor == \"south\").Value", "1"},
    {"EqualNumber", "Score(val.Value == 2).Vendor", R"("East Wind")"},
    {"EqualNumberText", "Score(val.Value == '2').Vendor", R"("East Wind")"},
    {"StrictlyEqualNumberText", "Score(val.Value === '2').Vendor", "null"},
    {"Unequal", "Score(val.Vendor != 'south').Vendor", R"(["north", "East Wind", "west"])"},
    {"StrictlyUnequal", "Score(val.Value !== 1).Vendor", R"(["north", "East Wind", "west"])"},
    {"More", "Score(val.Value > 1).Vendor", R"(["north", "East Wind"])"},
    {"AtLeast", "Score(val.Value >= 2).Value", "[3, 2]"},
    {"Less", "Score(val.Value < 2).Value", "1"},
    {"AtMost", "Score(val.Value <= 2).Value", "[1, 2]"},
    {"There", "Score(val.Value).Vendor", R"(["north", "south", "East Wind"])"},
    {"ThereAndEqual", "Score(val.Who && val.Who == '10.0.0.1').Vendor", R"(["north", "East Wind"])"},
    {"TwoConditions", "Score(val.Who == '10.0.0.1' && val.Kind == 'IP').Vendor", R"("East Wind")"},
    {"OfLeaves", "Score.Vendor(val == 'west')", R"("west")"},
    {"OfTexts", "Names(val == 'Bob')", R"("Bob")"},
    {"OfNumbers", "Host.Ports(val > 22)", "[80, 443]"},
    {"OfNumbersNone", "Host.Ports(val > 1000)", "null"},
    {"OfObject_", "Host(val.Name == 'web-1').Load", "0.5"},
    {"OfObjectNot", "Host(val.Name == 'web-2').Load", "null"},
    {"OfText", "Text(val == 'plain')", R"("plain")"},
    {"OfMissing_", "Nobody(val == 1)", "null"},
    {"Always", "Names(true)", R"(["anna", "Bob", "carl"])"},
    {"Never", "Names(false)", "null"},
    {"OneTrue", "Host(val.Up).Name", R"("web-1")"},
    {"NoZero", "Host(val.Count).Name", "null"},
    {"NoEmptyText", "Host(val.Note).Name", "null"},
    {"EmptyListIsTrue", "Host(val.Empty).Name", R"("web-1")"},
    {"NullEqualsMissing", "Host(val.Nothing == val.Nobody).Name", R"("web-1")"},
    {"NullIsNotMissing", "Host(val.Nothing === val.Nobody).Name", "null"},
    {"DeepMember", "Host(val.Owner.Name == 'Ada').Name", R"("web-1")"},
    {"ThrowsIsFalse", "Host(val.Nobody.Name == 'Ada').Name", "null"},
    {"OneCounts", "Mixed(val == 1)", R"([1, "1", true])"},
    {"StrictlyOne", "Mixed(val === 1)", "1"},
    {"ThenIndex", "Score(val.Value > 1).[0].Vendor", R"("north")"},
    {"ThenSlice", "Score(val.Value).[1:2].Vendor", R"(["south", "East Wind"])"},
    {"Twice", "Score(val.Value)(val.Kind == 'ip').Vendor", R"(["north", "south"])"},
    {"TwiceOnTheWay", "Score(val.Value > 1).Seen(val != 'mon')", R"(["tue", "wed"])"},
    {"OfRoot", "(val.Number == 7).Text", R"("plain")"},
    // Conditions that do.
    {"IndexOf", "Score.Vendor(val.indexOf('o') >= 0)", R"(["north", "south"])"},
    {"UpperCase", "Names(val.toUpperCase() == 'BOB')", R"("Bob")"},
    {"Expression", "Score.Vendor(/^\\w+th$/.test(val))", R"(["north", "south"])"},
    {"ExpressionWithBracket", "Score.Vendor(/[) ]/.test(val))", R"("East Wind")"},
    {"Or", "Score(val.Value == 1 || val.Kind == 'domain').Vendor", R"(["south", "west"])"},
    {"Not", "Score(!val.Value).Vendor", R"("west")"},
    {"Brackets", "Score(val['Value'] == 1).Vendor", R"("south")"},
    {"Arithmetic", "Host.Ports(val % 2 == 0)", "[22, 80]"},
    {"Length", "Names(val.length == 3)", R"("Bob")"},
    {"ListMember", "Score(val.Seen && val.Seen.indexOf('wed') >= 0).Vendor", R"("East Wind")"},
    {"WithFunction", "Host.Ports(odd(val);function odd(x) { return x % 2 == 1; })", "443"},
    {"WithBody", "Host.Ports(return val > 100)", "443"},
    {"SomeThrow", "Mixed(val.indexOf('o') == 0)", R"("one")"},
    {"AnyType", "Mixed(typeof val == 'object' && val !== null && val.x == 1)", R"({"x": 1})"},
    {"StringsAreLess", "Names(val < 'b')", R"(["anna", "Bob"])"},
    {"RelativeLength", "Score(val.Vendor.indexOf('th') == val.Vendor.length - 2).Who", R"(["10.0.0.1", "10.0.0.2"])"},
    // Binds.
    {"BindRoot", "Score(val.Who == val1---Score.[0].Who).Vendor", R"(["north", "East Wind"])"},
    {"BindText", "Names(val != val1---Names.[1])", R"(["anna", "carl"])"},
    {"BindNumber", "Host.Ports(val > val1---Number * 10)", "[80, 443]"},
    {"BindMethod", "Score(val.Kind.toLowerCase() == val1---Score.[2].Kind.toLowerCase()).Value", "[3, 1, 2]"},
    {"BindMissing", "Names(val == val1---Nobody.Knows)", "null"},
    {"BindList", "Host.Ports(val1---Host.Ports.indexOf(val) == 1)", "80"},
    {"BindRelative", "Score(val1---.Kind == 'ip').Vendor", R"(["north", "south"])"},
    {"BindRelativeList", "Score(val1---.Seen.length == 2).Vendor", R"("north")"},
    {"BindTwo", "Host.Ports(val > val1---Number && val < val2---Host.Ports.[1])", "22"},
    {"BindMutator", "Names=val + val1---Number", R"(["anna7", "Bob7", "carl7"])"},
    {"BindRelativeMutator", "Score.[0:1]=val1---.Vendor + val2---Text", R"(["northplain", "southplain"])"},
    // Mutators.
    {"Mutate", "Text=val.toUpperCase()", R"("PLAIN")"},
    {"MutateEach", "Names=val.toUpperCase()", R"(["ANNA", "BOB", "CARL"])"},
    {"MutateMapped", "Score.Vendor=val.length", "[5, 5, 9, 4]"},
    {"MutateObjects", "Score=val.Who + ': ' + val.Vendor",
     R"(["10.0.0.1: north", "10.0.0.2: south", "10.0.0.1: East Wind", "example.com: west"])"},
    {"MutateOne", "Host=val.Name + val.Count", R"("web-10")"},
    {"MutateWithFunction", "Text=twice(val);function twice(x) { return x + x; }", R"("plainplain")"},
    {"MutateWithBody", "Number=if (val > 5) { return 'large' } else { return 'small' }", R"("large")"},
    {"MutateSelected", "Score.Vendor(val.indexOf('East') >= 0)=val.toLowerCase()", R"("east wind")"},
    {"MutateAfterSelector", "Score(val.Value > 1).Vendor=val + '!'", R"(["north!", "East Wind!"])"},
    {"MutateToObject", "Number={n: val}", R"({"n": 7})"},
    {"MutateToList", "Number=[val, val]", "[7, 7]"},
    {"MutateToNothing", "Number=undefined", "null"},
    {"MutateMissing", "Nobody=val + 1", "null"},
    {"MutateIndex", "Host.Ports.[0]=val + 1", "23"},
    {"MutateSlice", "Host.Ports.[0:1]=val + 1", "[23, 81]"},
    {"MutateTrim", "Odd.e-f=(' ' + val + ' ').trim()", R"("3")"},
    {"MutateSplit", "Score.[0].Who=val.split('.')", R"(["10", "0", "0", "1"])"},
    {"MutateReplace", "Text=val.replace(/[aeiou]/g, '*')", R"("pl**n")"},
    {"MutateRoot", ".=val.Number + 1", "8"},
    {"MutateNotAscii", "Text='\xc3\xa9' + val", "\"\\u00e9plain\""},
};

class Dt : public ::testing::TestWithParam<Row> {};

TEST_P(Dt, FindsWhatTheTableSays) {
  static const Json kContext = testing::sample_context();
  LocalScript script;
  const auto result = evaluate(GetParam().expression, kContext, script);
  ASSERT_TRUE(testing::ok(result));
  const Json expected = std::string_view(GetParam().result) == "all" ? kContext : *parse_json(GetParam().result);
  EXPECT_EQ(print_json(*result), print_json(expected)) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(Table, Dt, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(DtTable, TheTableIsAsLongAsPromised) { EXPECT_GE(std::size(kRows), 150u); }

// An engine that is never to be asked.
class NoScript : public Script {
 public:
  Result<Json::Array> evaluate(const ScriptJob& job) override {
    return fail(Errc::Internal, "asked for " + std::string(job.code));
  }
};

TEST(DtTable, CommonConditionsNeedNoEngine) {
  const Json context = testing::sample_context();
  NoScript script;
  for (const char* expression :
       {"Score(val.Vendor == 'south').Value", "Score(val.Who && val.Who == '10.0.0.1').Vendor", "Score(true)",
        "Host.Ports(val > 22)", "Score(val.Value > 1).Vendor", "Score(val.Who == val1---Score.[0].Who)"}) {
    EXPECT_TRUE(testing::ok(evaluate(expression, context, script)));
  }
  EXPECT_TRUE(testing::fails_with(evaluate("Score(!val.Value)", context, script), Errc::Internal, "!val.Value"));
  EXPECT_TRUE(testing::ok(evaluate("Nobody=val.x()", context, script))) << "nothing to ask for";
}

struct Bad {
  const char* name;
  const char* expression;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"NoPath", "A..B", Errc::InvalidInput, "read the expression 'A..B'"},
    {"NoJavaScript", "Text(val ===)", Errc::InvalidInput, "evaluate 'val ===': SyntaxError"},
    {"Exception", "Text=val.nothing.more", Errc::InvalidInput, "evaluate 'val.nothing.more': TypeError"},
    {"EndlessDepth", "Text(f(); function f() { return f() + 1; })", Errc::InvalidInput, "RangeError"},
};

class BadDt : public ::testing::TestWithParam<Bad> {};

TEST_P(BadDt, SaysWhatIsWrong) {
  LocalScript script;
  EXPECT_TRUE(testing::fails_with(evaluate(GetParam().expression, testing::sample_context(), script), GetParam().code,
                                  GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadDt, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(DtTable, BindsAreBounded) {
  LocalScript script;
  Json context = Json::object();
  Json texts = Json::array();
  for (int i = 0; i < 40; ++i) texts.push_back(std::string(1 << 20, 'x'));
  context.set("Texts", std::move(texts)).set("N", 1);
  EXPECT_TRUE(testing::fails_with(evaluate("N(val == val1---Texts.[0:38].join())", context, script), Errc::Exhausted,
                                  "its binds stand for more than"));
}

}  // namespace
}  // namespace berth::dt
