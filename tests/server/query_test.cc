#include "berth/server/query.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

// A term as one would write it.
std::string shown(const std::vector<QueryTerm>& terms) {
  std::string text;
  for (const QueryTerm& term : terms) {
    if (!text.empty()) text += " & ";
    text += term.negated ? "!" : "";
    text += term.field + "=";
    for (std::size_t i = 0; i < term.values.size(); ++i) text += (i == 0 ? "" : "|") + term.values[i];
  }
  return text;
}

struct ParseRow {
  const char* name;
  const char* text;
  const char* terms;
};

const ParseRow kParsed[] = {
    {"Nothing", "", ""},
    {"Blanks", " \t\r\n", ""},
    {"Field", "type:IP", "type=IP"},
    {"BareText", "word", "=word"},
    {"BareQuoted", R"("two words")", "=two words"},
    {"QuotedValue", R"(name:"a b")", "name=a b"},
    {"QuotedEmpty", R"(name:"")", "name="},
    {"EscapedQuote", R"(name:"a\"b\\c")", R"(name=a"b\c)"},
    {"OtherEscapesLoseTheirBackslash", R"(name:"a\nb")", "name=anb"},
    {"QuotedWordsAreNoOperators", R"("or" "and" "not")", "=or & =and & =not"},
    {"And", "a:1 and b:2 AND c:3", "a=1 & b=2 & c=3"},
    {"AndMayBeLeftOut", "a:1 b:2", "a=1 & b=2"},
    {"OnlyAnd", "and", ""},
    {"Minus", "-a:1 b:2", "!a=1 & b=2"},
    {"MinusBlank", "- a:1", "!a=1"},
    {"Plus", "+a:1", "a=1"},
    {"Not", "not a:1 and NOT b", "!a=1 & !=b"},
    {"NegatedQuoted", R"(-"a b")", "!=a b"},
    {"ValueList", "type:(IP Domain)", "type=IP|Domain"},
    {"ValueListWithOr", R"(type:( IP or "File x" OR "or" ))", "type=IP|File x|or"},
    {"EmptyValueList", "type:()", "type="},
    {"BlankAfterColon", "type: IP", "type=IP"},
    {"ColonsInValue", "created:2026-11-26T04:05:06Z", "created=2026-11-26T04:05:06Z"},
    {"AddressInValue", "value:2001:db8::1", "value=2001:db8::1"},
    {"ColonAtTheEnd", "value:a: b", "value=a: & =b"},
    {"MinusInValue", "score:-1 a:b-c", "score=-1 & a=b-c"},
    {"Stars", "name:*a* b*", "name=*a* & =b*"},
    {"NotAscii", "name:Größe", "name=Größe"},
    {"QuoteEndsAWord", R"(a"b")", "=a & =b"},
};

class Parsed : public ::testing::TestWithParam<ParseRow> {};

TEST_P(Parsed, GivesTerms) {
  const auto terms = parse_query(GetParam().text);
  ASSERT_TRUE(ok(terms));
  EXPECT_EQ(shown(*terms), GetParam().terms);
}

INSTANTIATE_TEST_SUITE_P(Table, Parsed, ::testing::ValuesIn(kParsed), [](const auto& row) { return row.param.name; });

std::string repeated(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

struct RefusedRow {
  const char* name;
  std::string text;
  const char* why;
  Errc code = Errc::InvalidInput;
};

const RefusedRow kRefused[] = {
    {"Or", "a:1 or b:2", "query, at character 7: 'or' between terms cannot be had here; write terms"},
    {"OrFirst", "OR", "'or' between terms"},
    {"Brackets", "(a:1)", "query, at character 1: brackets around terms"},
    {"NegatedBrackets", "-(a:1)", "brackets around terms"},
    {"ClosingBracket", "a:1)", "brackets around terms"},
    {"NoValue", "a:", "a field without a value"},
    {"BlankValue", "a: ", "a field without a value"},
    {"NoField", ":1", "':'"},
    {"QuotedField", R"("a":1)", "':'"},
    {"BracketForAValue", "a:)", "')'"},
    {"OpenQuote", R"(a:"b)", "a quote that nothing closes"},
    {"OpenQuoteBehindABackslash", R"("b\)", "a quote that nothing closes"},
    {"OpenValueList", "a:(b", "a bracket that nothing closes"},
    {"NestedValueList", "a:(b (c))", "'('"},
    {"Greater", "score:>2", "a range of values"},
    {"Less", "created:<=\"2026\"", "a range of values"},
    {"Range", "created:[1 TO 5]", "a range of values"},
    {"OpenRange", "created:{1 TO 5}", "a range of values"},
    {"NotAtTheEnd", "a:1 not", "'not' without a term"},
    {"MinusAtTheEnd", "a:1 -", "'not' without a term"},
    {"TooManyTerms", repeated("a ", 101), "a query has 100 terms at most", Errc::Exhausted},
    {"TooManyValues", "a:(" + repeated("b ", 10'001) + ")", "too many values", Errc::Exhausted},
};

class Refused : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(Refused, SaysWhatCannotBeHad) {
  EXPECT_TRUE(fails_with(parse_query(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, Refused, ::testing::ValuesIn(kRefused), [](const auto& row) { return row.param.name; });

constexpr const char* kObject =
    R"({"id": "12", "value": "Evil.example", "score": 3, "ratio": 0.5, "on": true, "none": null,
  "tags": ["Red", "blue sky", ["deep"]], "labels": [{"type": "Email", "value": "a@b.example"}],
  "CustomFields": {"Country": "NL", "nested": {"x": "inside"}, "CustomFields": {"twice": "t"}}})";

struct MatchRow {
  const char* name;
  const char* query;
  bool holds;
};

const MatchRow kMatches[] = {
    {"NoTermHoldsOfAll", "", true},
    {"Same", "value:Evil.example", true},
    {"CaseOfValue", "value:EVIL.EXAMPLE", true},
    {"CaseOfField", "VALUE:evil.example", true},
    {"PartIsNotEnough", "value:Evil", false},
    {"StarBehind", "value:evil*", true},
    {"StarInFront", "value:*example", true},
    {"StarsAround", "value:*l.ex*", true},
    {"ManyStars", "value:***l.ex**", true},
    {"StarInTheMiddleIsItself", "value:evil*example", false},
    {"StarAlone", "value:*", true},
    {"StarOfOtherText", "value:good*", false},
    {"StarNeedsTheField", "missing:*", false},
    {"StarOfNull", "none:*", false},
    {"Number", "score:3", true},
    {"OtherNumber", "score:2", false},
    {"Fraction", "ratio:0.5", true},
    {"Truth", "on:TRUE", true},
    {"NoSuchField", "missing:x", false},
    {"NoSuchFieldNegated", "-missing:x", true},
    {"ElementOfList", "tags:red", true},
    {"ElementOfInnerList", "tags:deep", true},
    {"ElementWithBlank", R"(tags:"blue sky")", true},
    {"NoElement", "tags:green", false},
    {"NegatedList", "-tags:red", false},
    {"MemberOfElements", "labels:email", true},
    {"CustomField", "country:nl", true},
    {"CustomFieldByItsOwnName", "CustomFields:nl", true},
    {"CustomFieldOfCustomFields", "twice:t", true},
    {"OneOfValues", "score:(1 2 3)", true},
    {"NoneOfValues", "score:(1 2)", false},
    {"NegatedValues", "-score:(1 2)", true},
    {"NoValues", "score:()", false},
    {"AllTerms", "score:3 value:evil* tags:red", true},
    {"NotAllTerms", "score:3 value:good", false},
    {"BareText", "evil", true},
    {"BareTextInside", "l.exam", true},
    {"BareTextInAList", "sky", true},
    {"BareTextInCustomFields", "inside", true},
    {"BareTextWithStars", "*vil*", true},
    {"BareTextIsNoFieldName", "country", false},
    {"BareTextNowhere", "nowhere", false},
    {"BareTextNegated", "not nowhere", true},
};

class Matches : public ::testing::TestWithParam<MatchRow> {};

TEST_P(Matches, Holds) {
  const auto terms = parse_query(GetParam().query);
  ASSERT_TRUE(ok(terms));
  EXPECT_EQ(matches(json(kObject), *terms), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(Table, Matches, ::testing::ValuesIn(kMatches), [](const auto& row) { return row.param.name; });

TEST(Query, NothingHoldsOfWhatIsNoObject) {
  const auto terms = parse_query("a:*");
  ASSERT_TRUE(ok(terms));
  for (const Json& value : {Json(), Json("a"), Json::array(), Json(1)}) EXPECT_FALSE(matches(value, *terms));
}

}  // namespace
}  // namespace berth::server
