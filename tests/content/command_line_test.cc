#include "berth/content/command_line.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

// The whole of a line as one text: kind, owner, name, and each argument as name<value>.
std::string outline(const CommandLine& line) {
  if (line.kind == LineKind::Note) return "note " + line.note;
  std::string out = line.kind == LineKind::Command ? "!" : "/";
  if (!line.owner.empty()) out += line.owner + "|||";
  out += line.name;
  for (const Assignment& argument : line.arguments)
    out += fmt::format(" {}<{}>", argument.name.value_or(""), argument.value);
  return out;
}

struct LineRow {
  const char* name;
  std::string line;
  std::string outline;
};

const LineRow kGood[] = {
    // Marker and name.
    {"Command", "!ip", "!ip"},
    {"System", "/docker_image_create name=example_name dependencies=mechanize packages=wget",
     "/docker_image_create name<example_name> dependencies<mechanize> packages<wget>"},
    {"Note", "look at this", "note look at this"},
    {"NoteKeepsItsLines", "  a \"quote\n  b=c ${  ", "note a \"quote\n  b=c ${"},
    {"NoteWithMention", "@anna please !ip", "note @anna please !ip"},
    {"BlanksAround", " \t !ip  a=b \r\n ", "!ip a<b>"},
    {"Brand", "!VirusTotal|||ip ip=1.1.1.1", "!VirusTotal|||ip ip<1.1.1.1>"},
    {"BrandWithBlanks", "!\"Active Directory Query v2|||ad-get-user\" username=x",
     "!Active Directory Query v2|||ad-get-user username<x>"},
    {"NoBrand", "!|||setIncident severity=1", "!setIncident severity<1>"},
    {"BlanksAroundBars", "!'A ||| b'", "!A|||b"},
    {"OnlyTheLastBarsCount", "!a|||b|||c", "!a|||b|||c"},
    {"NameInQuotes", "!\"My Script (old)\" a=b", "!My Script (old) a<b>"},
    {"NameInSingleQuotes", "!'My \"Script\"'", "!My \"Script\""},
    {"NameInBackticks", "!`a b`", "!a b"},
    {"NameInUtf8", "!prüfe wert=größe", "!prüfe wert<größe>"},
    {"DottedName", "!a.b-c_d1", "!a.b-c_d1"},
    {"LineEndBehindTheName", "!ip\nip=1", "!ip ip<1>"},
    // Values without quotes.
    {"Bare", "!ip 1.1.1.1", "!ip <1.1.1.1>"},
    {"BareUrl", "!url http://host/?a=b&c=d", "!url <http://host/?a=b&c=d>"},
    {"NamedUrl", "!url url=http://host/?a=b", "!url url<http://host/?a=b>"},
    {"EqualsInValue", "!x a=b=c", "!x a<b=c>"},
    {"EqualsFirstInValue", "!x a==b", "!x a<=b>"},
    {"EmptyValue", "!x a= b=c", "!x a<> b<c>"},
    {"EmptyValueAtTheEnd", "!x a=", "!x a<>"},
    {"EmptyQuotes", "!x a=\"\" ''", "!x a<> <>"},
    {"CommaList", "!x a=1.1.1.1,2.2.2.2,,", "!x a<1.1.1.1,2.2.2.2,,>"},
    {"CommaListThenName", "!x a=1, b=2", "!x a<1,> b<2>"},
    {"Apostrophe", "!x who=O'Brien it's", "!x who<O'Brien> <it's>"},
    {"Backslashes", R"(!x path=C:\temp\new)", R"(!x path<C:\temp\new>)"},
    {"InnerQuotes", R"(!x query=status:"open now" b=c)", R"(!x query<status:"open now"> b<c>)"},
    {"InnerBackticks", "!x query=a:`b c`d", "!x query<a:`b c`d>"},
    {"InnerEscapedQuote", R"(!x query=a:"b \" c")", R"(!x query<a:"b \" c">)"},
    {"InnerBrackets", "!x a=b[0] c=d{e", "!x a<b[0]> c<d{e>"},
    {"Operators", "!x a&&b ||c <d >e ;f #g %h", "!x <a&&b> <||c> <<d> <>e> <;f> <#g> <%h>"},
    {"Dollar", "!x a=$5 $b", "!x a<$5> <$b>"},
    {"SameNameTwice", "!x a=1 a=2", "!x a<1> a<2>"},
    {"InTheirOrder", "!x 1 b=2 3 a=4", "!x <1> b<2> <3> a<4>"},
    {"Reserved", "!x a=b using=i,j debug-mode=true", "!x a<b> using<i,j> debug-mode<true>"},
    {"Utf8Value", "!x a=日本語 🚀", "!x a<日本語> <🚀>"},
    {"NoBreakSpaceIsNoBlank", "!x a=1\u00a02", "!x a<1\u00a02>"},
    {"Minus", "!x -1 --flag a=-", "!x <-1> <--flag> a<->"},
    // Names of arguments.
    {"NameWithDots", "!x a.b-c_d=1", "!x a.b-c_d<1>"},
    {"ArgumentNameInQuotes", "!x \"user agent\"=curl", "!x user agent<curl>"},
    {"ArgumentNameInUtf8", "!x größe=1", "!x größe<1>"},
    {"QuotedEqualsIsBare", "!x \"a=b\"", "!x <a=b>"},
    {"OddNameIsBare", "!x a/b=c a:b=c", "!x <a/b=c> <a:b=c>"},
    // Quotes.
    {"Double", "!x a=\"b c\" d=e", "!x a<b c> d<e>"},
    {"Single", "!x a='b c' d=e", "!x a<b c> d<e>"},
    {"Backtick", "!x a=`b c` d=e", "!x a<b c> d<e>"},
    {"BareQuoted", "!x \"bare value\"", "!x <bare value>"},
    {"OtherQuotesInside", R"(!x a="it's `b`" c='say "d"' e=`'f' "g"`)", R"(!x a<it's `b`> c<say "d"> e<'f' "g">)"},
    {"Escapes", R"(!x a="q\" b\\ n\n t\t r\r d\$")", "!x a<q\" b\\ n\n t\t r\r d$>"},
    {"OtherBackslashesStay", R"(!x a="\d+\.\w \u00e9")", R"(!x a<\d+\.\w \u00e9>)"},
    {"NoEscapesInSingle", R"(!x a='\n\\' b=`\n\\`)", R"(!x a<\n\\> b<\n\\>)"},
    {"EscapedBackslashBeforeQuote", R"(!x a="b\\" c=d)", R"(!x a<b\> c<d>)"},
    {"LineEndsInQuotes", "!x a=\"b\nc\" d='e\r\nf' g=`h\n`", "!x a<b\nc> d<e\r\nf> g<h\n>"},
    {"LineEndBetweenWords", "!x\n  a=b\n  c=d", "!x a<b> c<d>"},
    {"TabBetweenWords", "!x\ta=b\tc", "!x a<b> <c>"},
    {"MarkersInQuotes", "!x a=\"!b\" c='/d'", "!x a<!b> c</d>"},
    {"BracketsInQuotes", "!x a=\"{[\" b='}'", "!x a<{[> b<}>"},
    // JSON.
    {"Object", R"(!x arg={"a": [1, 2]} b=c)", R"(!x arg<{"a": [1, 2]}> b<c>)"},
    {"List", R"(!x a=[1, 2, "b c"])", R"(!x a<[1, 2, "b c"]>)"},
    {"BareObject", R"(!x {"a": 1})", R"(!x <{"a": 1}>)"},
    {"BracketsInJsonText", R"(!x a={"b": "} ]"} c)", R"(!x a<{"b": "} ]"}> <c>)"},
    {"EscapesInJsonText", R"(!x a={"b": "\"} \\"} c)", R"(!x a<{"b": "\"} \\"}> <c>)"},
    {"ApostropheInJson", R"(!x a={"b": "it's"} c)", R"(!x a<{"b": "it's"}> <c>)"},
    {"JsonOverLines", "!x a={\n  \"b\": [\n 1 ]\n} c=d", "!x a<{\n  \"b\": [\n 1 ]\n}> c<d>"},
    {"TwoLists", "!x a=[1, 2],[3, 4] b", "!x a<[1, 2],[3, 4]> <b>"},
    {"ReferenceInJson", R"(!x a={"b": ${c.d(val.e == "}")}} f)", R"(!x a<{"b": ${c.d(val.e == "}")}}> <f>)"},
    {"ReferenceInJsonText", R"(!x a={"b": "${c(val.d=="e f")}"} g)", R"(!x a<{"b": "${c(val.d=="e f")}"}> <g>)"},
    {"Regex", "!x a=[a-z]+ b", "!x a<[a-z]+> <b>"},
    {"BacktickInJson", "!x a=[\"`\", 1] b", "!x a<[\"`\", 1]> <b>"},
    // References.
    {"Reference", "!x a=${incident.name} ${b}", "!x a<${incident.name}> <${b}>"},
    {"ReferenceWithBlanks", "!x a=${ File.Name } b", "!x a<${ File.Name }> <b>"},
    {"ReferenceWithQuotes", R"(!x a=${File(val.Name == "a b").EntryID} c)",
     R"(!x a<${File(val.Name == "a b").EntryID}> <c>)"},
    {"ReferenceWithBrackets", "!x a=${b={ return '}' }} c", "!x a<${b={ return '}' }}> <c>"},
    {"ReferenceInTheMiddle", "!x a=pre${b c}post,${d e}", "!x a<pre${b c}post,${d e}>"},
    {"ReferenceInDouble", R"(!Print value="hello ${a}")", "!Print value<hello ${a}>"},
    {"QuotesOfReferenceInDouble", R"(!x a="${b(val.c == "d e")} f")", R"(!x a<${b(val.c == "d e")} f>)"},
    {"EscapedQuotesOfReferenceInDouble", R"(!x a="${b(val.c == \"d }\")} f")", R"(!x a<${b(val.c == "d }")} f>)"},
    {"BackslashesOfReferenceInDouble", R"(!x a="${b(/\d/.test(val.c))}")", R"(!x a<${b(/\d/.test(val.c))}>)"},
    {"ReferenceInSingle", "!x a='${b(val.c == 'd')} e'", "!x a<${b(val.c == 'd')} e>"},
    {"ReferenceInBackticks", "!x a=`${b(val.c == `d`)} e`", "!x a<${b(val.c == `d`)} e>"},
    {"EscapedDollarIsNoReference", R"(!x a="\${b")", "!x a<${b>"},
    {"ReferenceInInnerQuotes", R"(!x a=b:"${c(d=="e")} f")", R"(!x a<b:"${c(d=="e")} f">)"},
    {"ExtendContext", "!ad-get-user extend-context=manager=attributes.manager::attributes=displayName",
     "!ad-get-user extend-context<manager=attributes.manager::attributes=displayName>"},
    {"ExtendContextWhole", "!splunk-get-indexes extend-context=\"indexes=\"",
     "!splunk-get-indexes extend-context<indexes=>"},
    {"ExtendContextExpression", "!x extend-context=`U=.={\"user\": val.name}`",
     "!x extend-context<U=.={\"user\": val.name}>"},
};

class GoodLine : public ::testing::TestWithParam<LineRow> {};

TEST_P(GoodLine, IsTakenApart) {
  const auto line = parse_command_line(GetParam().line);
  ASSERT_TRUE(testing::ok(line));
  EXPECT_EQ(outline(*line), GetParam().outline);
}

TEST_P(GoodLine, ReadsAgainAsItIsPrinted) {
  const auto line = parse_command_line(GetParam().line);
  ASSERT_TRUE(testing::ok(line));
  const std::string printed = print_command_line(*line);
  const auto again = parse_command_line(printed);
  ASSERT_TRUE(testing::ok(again)) << printed;
  EXPECT_EQ(outline(*again), outline(*line)) << printed;
  EXPECT_EQ(*again, *line) << printed;
}

INSTANTIATE_TEST_SUITE_P(Table, GoodLine, ::testing::ValuesIn(kGood), [](const auto& row) { return row.param.name; });

struct BadLineRow {
  const char* name;
  std::string line;
  const char* why;
};

const BadLineRow kBad[] = {
    {"Empty", "", "command line: it is empty; write !command name=value, or a note"},
    {"Blank", " \n\t ", "it is empty"},
    {"NoName", "!", "column 2: no name follows the !"},
    {"BlankBehindMarker", "! ip", "column 2: no name follows the !"},
    {"NoSystemName", "/ ", "column 2: no name follows the /"},
    {"EqualsInName", "!ip=1.1.1.1", "column 4: the name of a command cannot hold this; put a blank between"},
    {"QuoteInName", "!ip\"a\"", "column 4: the name of a command cannot hold this"},
    {"TextBehindQuotedName", "!\"a b\"c", "column 7: the name of a command cannot hold this"},
    {"EmptyName", "!\"\"", "column 2: the name of the command is empty"},
    {"OwnerWithoutName", "!Brand||| a=b", "column 2: the name of the command is empty"},
    {"NameBeginsWithBar", "!'a||| |b'", "begins with a bar"},
    {"LineEndInName", "!\"a\nb\"", "line 1, column 2: a name holds no line end or tab"},
    {"UnclosedDouble", "!x a=\"b c", "column 6: the quote \" is not closed; close it"},
    {"UnclosedSingle", "!x a='b c", "column 6: the quote ' is not closed"},
    {"UnclosedBacktick", "!x `b", "column 4: the quote ` is not closed"},
    {"UnclosedByEscape", R"(!x a="b\")", "column 6: the quote \" is not closed"},
    {"UnclosedOverLines", "!x\na=b\n  c='d\ne", "line 3, column 5: the quote ' is not closed"},
    {"UnclosedInner", "!x a=b\"c", "column 7: the quote \" is not closed"},
    {"ColumnsAreCharacters", "!prüfe größe=日本 'a", "column 17: the quote ' is not closed"},
    {"TextBehindQuote", "!x a=\"b\"c", "column 9: text right behind a closing quote; put the whole value"},
    {"QuotedList", "!x a=\"b\",\"c\"", "column 9: text right behind a closing quote"},
    {"TextBehindBareQuote", "!x 'b'c", "column 7: text right behind a closing quote"},
    {"UnclosedObject", "!x a={\"b\": 1", "column 6: a bracket that opens here is not closed: } is missing"},
    {"UnclosedList", "!x a=[{\"b\": 1}", "column 6: a bracket that opens here is not closed: ] is missing"},
    {"WrongBracket", "!x a=[1}", "column 8: the bracket } stands where ] is due"},
    {"BracketTooMany", "!x a=[1]]", "column 9: the bracket ] closes nothing"},
    {"UnclosedJsonText", "!x a={\"b}", "column 7: the quote \" is not closed"},
    {"UnclosedReference", "!x a=${b c", "column 6: '${' is not closed; close it with '}', or write \\${"},
    {"UnclosedReferenceInDouble", "!x a=\"${b\" c", "column 7: '${' is not closed"},
    {"UnclosedReferenceInSingle", "!x a='${b' c", "column 7: '${' is not closed"},
    {"UnclosedReferenceInJson", "!x a=[${b", "column 7: '${' is not closed"},
    {"UnclosedReferenceInInner", "!x a=b\"${c", "column 8: '${' is not closed"},
    {"EqualsAlone", "!x a = b", "column 6: no name stands before '='; write name=value without blanks"},
    {"EmptyArgumentName", "!x \"\"=b", "column 4: the name of an argument is empty"},
    {"LineEndInArgumentName", "!x \"a\nb\"=c", "column 4: a name holds no line end or tab"},
    {"ListWithBlanks", "!x a=b, c", "column 9: a list without quotes holds no blanks"},
    {"NotUtf8", "!x a=\xff", "column 6: here is a byte that is not UTF-8"},
    {"NoteNotUtf8", "ab\xc3", "column 3: here is a byte that is not UTF-8"},
};

class BadLine : public ::testing::TestWithParam<BadLineRow> {};

TEST_P(BadLine, IsRefusedWithItsPlace) {
  EXPECT_TRUE(testing::fails_with(parse_command_line(GetParam().line), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadLine, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(CommandLineBounds, TooLongIsRefused) {
  EXPECT_TRUE(testing::ok(parse_command_line(std::string(kLongestLine, 'a'))));
  EXPECT_TRUE(testing::fails_with(parse_command_line(std::string(kLongestLine + 1, 'a')), Errc::Exhausted,
                                  "command line: it has 1048577 bytes, 1048576 are the most"));
}

TEST(CommandLineBounds, TooManyWordsAreRefused) {
  std::string line = "!x";
  for (std::size_t i = 0; i < kMostWords; ++i) line += " a";
  EXPECT_TRUE(testing::ok(parse_command_line(line)));
  EXPECT_TRUE(testing::fails_with(parse_command_line(line + " a"), Errc::Exhausted, "more than 1000 arguments"));
}

// Whatever opens over and over, reading a long line takes a time in proportion to it.
TEST(CommandLineBounds, HostileLinesAreReadInOneGo) {
  for (const char* piece : {"[", "{", "${", "\"", "'", "`", "a=\"", "${\"", "\\\"", "'${'", "a=,", "|||", "\xc3\xa9"}) {
    std::string line = "!x ";
    while (line.size() + 8 < kLongestLine / 4) line += piece;
    const auto parsed = parse_command_line(line);
    if (parsed) {
      EXPECT_EQ(parse_command_line(print_command_line(*parsed)).value_or(CommandLine()), *parsed) << piece;
    }
  }
}

TEST(CommandLineErrors, NeverShowAValue) {
  for (const char* line : {"!x a=\"canary-1", "!x a=[canary-1", "!x a=\"canary-1\"b", "!x a=canary-1, canary-1",
                           "!x canary-1${", "!x a={canary-1]"}) {
    const auto parsed = parse_command_line(line);
    ASSERT_FALSE(parsed.has_value()) << line;
    EXPECT_EQ(parsed.error().message().find("canary"), std::string::npos) << parsed.error().message();
  }
}

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }

  // Pieces that mean something to the reader, in any order.
  std::string text() {
    static const std::string kPieces[] = {"a", "b1", " ",  "=",   "\"", "'",    "`",  "\\", "${", "}",
                                          "{", "[",  "]",  "(",   ")",  ",",    "\n", "|",  "!",  "/",
                                          "$", "é",  "🚀", "|||", "\t", "\\\"", "::", ".",  "-",  "\\n"};
    std::string out;
    for (std::size_t left = below(8); left > 0; --left) out += kPieces[below(std::size(kPieces))];
    return out;
  }

 private:
  std::mt19937 engine_;
};

TEST(CommandLineProperty, WhatIsReadIsReadAgainFromItsPrint) {
  Chance chance(7);
  std::size_t read = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = "!x" + std::string(chance.below(4) != 0 ? " " : "") + chance.text() + " " + chance.text();
    const auto line = parse_command_line(text);
    if (!line) continue;
    ++read;
    const auto again = parse_command_line(print_command_line(*line));
    ASSERT_TRUE(testing::ok(again)) << text << "\nprinted: " << print_command_line(*line);
    ASSERT_EQ(*again, *line) << text << "\nprinted: " << print_command_line(*line);
  }
  EXPECT_GT(read, 1'000u);
}

TEST(CommandLineProperty, AnyValueCanBePrinted) {
  Chance chance(11);
  for (int i = 0; i < 10'000; ++i) {
    CommandLine line;
    line.kind = chance.below(2) == 0 ? LineKind::Command : LineKind::System;
    line.name = "x";
    for (std::size_t left = chance.below(4); left > 0; --left) {
      line.arguments.push_back({chance.below(2) == 0 ? std::nullopt : std::optional<std::string>("n"), chance.text()});
    }
    const auto again = parse_command_line(print_command_line(line));
    ASSERT_TRUE(testing::ok(again)) << print_command_line(line);
    ASSERT_EQ(*again, line) << print_command_line(line);
  }
}

TEST(PrintWord, TakesTheSimplestQuotes) {
  EXPECT_EQ(print_word("1.1.1.1"), "1.1.1.1");
  EXPECT_EQ(print_word(""), "\"\"");
  EXPECT_EQ(print_word("a b"), "\"a b\"");
  EXPECT_EQ(print_word("say \"a b\" x"), "`say \"a b\" x`");
  EXPECT_EQ(print_word("${a b}"), "${a b}");
  EXPECT_EQ(print_word("c ${a b}"), "\"c ${a b}\"");
  EXPECT_EQ(print_word("`\" ${"), "\"`\\\" \\${\"");
  EXPECT_EQ(print_word("[1, 2]"), "[1, 2]");
}

}  // namespace
}  // namespace berth::content
