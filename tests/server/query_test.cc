#include "berth/server/query.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

const char* sign_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::Same:
      return "=";
    case Comparison::Less:
      return "<";
    case Comparison::LessOrSame:
      return "<=";
    case Comparison::Greater:
      return ">";
    case Comparison::GreaterOrSame:
      return ">=";
  }
  return "?";
}

// A query as one would write it; what is inside of another one has brackets.
std::string shown(const Query& query, bool inside = false) {
  std::string text;
  if (query.kind == Query::Kind::Term) {
    text = query.term.field + sign_of(query.term.comparison);
    for (std::size_t i = 0; i < query.term.values.size(); ++i) text += (i == 0 ? "" : "|") + query.term.values[i];
    return query.negated ? "!" + text : text;
  }
  for (const Query& part : query.parts) {
    if (!text.empty()) text += query.kind == Query::Kind::All ? " & " : " or ";
    text += shown(part, true);
  }
  if (query.negated) return "!(" + text + ")";
  return inside ? "(" + text + ")" : text;
}

struct ParseRow {
  const char* name;
  const char* text;
  const char* query;
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
    {"Or", "a:1 or b:2 OR c:3", "a=1 or b=2 or c=3"},
    {"OrBindsLess", "a:1 b:2 or c:3 and d:4", "(a=1 & b=2) or (c=3 & d=4)"},
    {"OrAsAField", "or:1 and:2 not:3", "or=1 & and=2 & not=3"},
    {"Brackets", "(a:1)", "a=1"},
    {"BracketsInBrackets", "((a:1) and ((b:2)))", "a=1 & b=2"},
    {"BracketsBindFirst", "(a:1 or b:2) and c:3", "(a=1 or b=2) & c=3"},
    {"BracketsAroundAll", "((a:1 b:2) c:3)", "(a=1 & b=2) & c=3"},
    {"BracketsWithoutBlanks", "(a:1)or(b:2)-(c:3 d:4)", "a=1 or (b=2 & !(c=3 & d=4))"},
    {"NegatedBrackets", "-(a:1 or b:2)", "!(a=1 or b=2)"},
    {"TwiceNegated", "not (-a:1) and -(-(b:2 c:3))", "a=1 & (b=2 & c=3)"},
    {"ValueListInBrackets", R"((x) and (type:("One" "Two")))", "=x & type=One|Two"},
    {"Greater", "score:>2 and score:>=3", "score>2 & score>=3"},
    {"Less", R"(created:<"2026-11-26" and created:<= 2026-11-26T04:05:06+01:00)",
     "created<2026-11-26 & created<=2026-11-26T04:05:06+01:00"},
    {"SignsInQuotesAreText", R"(a:">2" b:"<")", "a=>2 & b=<"},
};

class Parsed : public ::testing::TestWithParam<ParseRow> {};

TEST_P(Parsed, GivesQuery) {
  const auto query = parse_query(GetParam().text);
  ASSERT_TRUE(ok(query));
  EXPECT_EQ(shown(*query), GetParam().query);
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
    {"OrFirst", "OR a:1", "an 'or' without something on either side cannot be had here; write it like type:IP and"},
    {"OrLast", "(a:1 or )", "query, at character 9: an 'or' without"},
    {"OrTwice", "a:1 or or b:2", "an 'or' without"},
    {"EmptyBrackets", "a:1 ( )", "brackets around nothing"},
    {"BracketNeverOpened", "a:1)", "query, at character 4: a bracket that nothing opens"},
    {"BracketNeverClosed", "(a:1 or (b:2)", "a bracket that nothing closes"},
    {"TooManyBrackets", repeated("(", 33) + "a" + repeated(")", 33), "32 brackets inside of each other",
     Errc::Exhausted},
    {"NoValue", "a:", "a field without a value"},
    {"BlankValue", "a: ", "a field without a value"},
    {"NoField", ":1", "':'"},
    {"QuotedField", R"("a":1)", "':'"},
    {"BracketForAValue", "a:)", "')'"},
    {"OpenQuote", R"(a:"b)", "a quote that nothing closes"},
    {"OpenQuoteBehindABackslash", R"("b\)", "a quote that nothing closes"},
    {"OpenValueList", "a:(b", "a bracket that nothing closes"},
    {"NestedValueList", "a:(b (c))", "'('"},
    {"ComparedWithNothing", "score:>", "a comparison without a value"},
    {"ComparedWithText", "score:>=high", "a comparison with what is no number and no date"},
    {"ComparedWithAList", "score:>(1 2)", "'('"},
    {"NotInBrackets", "(a:1 not)", "'not' without a term"},
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
    R"({"id": "12", "value": "Evil.example", "score": 3, "ratio": 0.5, "on": true, "none": null, "made": "2026-11-26T04:05:06Z",
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
    {"OneOfTwo", "score:2 or value:evil*", true},
    {"NoneOfTwo", "score:2 or value:good*", false},
    {"Both", "(score:3) and (value:evil*)", true},
    {"NegatedGroup", "-(score:3 value:evil*)", false},
    {"FieldWithItsOwner", "incident.score:3 and incident.country:NL", true},
    {"GreaterNumber", "score:>2.5", true},
    {"NumbersAreNoText", "score:<10", true},
    {"SameIsNotGreater", "score:>3", false},
    {"SameIsGreaterOrSame", "score:>=3 and score:<=3", true},
    {"NumberInText", "id:>11", true},
    {"TextIsNeitherMoreNorLess", "value:<5 or value:>=5", false},
    {"MomentInOtherZone", R"(made:>="2026-11-26T06:05:06+02:00")", true},
    {"MomentAfter", "made:>2026-11-26T04:05:06Z", false},
    {"MomentOfADay", "made:>=2026-11-26 and made:<2026-11-27", true},
    {"MomentOfATextThatIsNone", "value:>2026-11-26", false},
    {"NullIsNotLess", "none:<1", false},
};

class Matches : public ::testing::TestWithParam<MatchRow> {};

TEST_P(Matches, Holds) {
  const auto query = parse_query(GetParam().query);
  ASSERT_TRUE(ok(query));
  EXPECT_EQ(matches(json(kObject), *query), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(Table, Matches, ::testing::ValuesIn(kMatches), [](const auto& row) { return row.param.name; });

TEST(Query, NothingHoldsOfWhatIsNoObject) {
  const auto query = parse_query("a:*");
  ASSERT_TRUE(ok(query));
  for (const Json& value : {Json(), Json("a"), Json::array(), Json(1)}) EXPECT_FALSE(matches(value, *query));
}

}  // namespace
}  // namespace berth::server
