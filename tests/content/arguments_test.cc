#include "berth/content/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/content/suggestion.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<Argument> kDeclared = {
    {.name = "query", .required = true, .takes_bare_value = true},
    {.name = "limit", .default_value = "50"},
    {.name = "empty", .default_value = ""},
    {.name = "order", .is_closed = true, .options = {"asc", "desc"}},
    {.name = "kinds", .is_array = true, .is_closed = true, .options = {"ip", "url", "hash"}},
    {.name = "open", .options = {"a", "b"}},
    {.name = "pairs", .type = "keyValue"},
    {.name = "token", .secret = true},
    {.name = "old", .deprecated = true},
};

// As on the command line: "name=value" or a bare value.
Result<CallArguments> check(const std::vector<std::string>& words, const std::vector<Argument>& declared = kDeclared,
                            bool any = false) {
  std::vector<std::string> names;
  for (const Argument& argument : declared) names.push_back(argument.name);
  std::vector<Assignment> given;
  for (const std::string& word : words) given.push_back(parse_assignment(word, names));
  return check_arguments({"script 'X'", declared, any}, given);
}

struct ArgumentsRow {
  const char* name;
  std::vector<std::string> words;
  const char* args;
};

const ArgumentsRow kGood[] = {
    {"BareValueAndDefaults", {"hello"}, R"({"query": "hello", "limit": "50"})"},
    {"Named", {"query=a=b", "limit=10"}, R"({"query": "a=b", "limit": "10"})"},
    {"UrlIsABareValue", {"http://x/?a=b"}, R"({"query": "http://x/?a=b", "limit": "50"})"},
    {"ValuesStayText", {"query=true", "limit=007"}, R"({"query": "true", "limit": "007"})"},
    {"EmptyOverridesDefault", {"query=a", "limit="}, R"({"query": "a", "limit": ""})"},
    {"Closed", {"query=a", "order=desc"}, R"({"query": "a", "limit": "50", "order": "desc"})"},
    {"ClosedList", {"query=a", "kinds=ip, url"}, R"({"query": "a", "limit": "50", "kinds": "ip, url"})"},
    {"ListBeyondItsOptions", {"query=a", "kinds=ip,mail"}, R"({"query": "a", "limit": "50", "kinds": "ip,mail"})"},
    {"ClosedJsonList", {"query=a", "kinds=[\"ip\"]"}, R"({"query": "a", "limit": "50", "kinds": "[\"ip\"]"})"},
    {"OpenOptions", {"query=a", "open=c"}, R"({"query": "a", "limit": "50", "open": "c"})"},
    {"Pairs", {"query=a", "pairs=k=v, l = w"}, R"({"query": "a", "limit": "50", "pairs": {"k": "v", "l": "w"}})"},
    {"PairsAsJson", {"query=a", "pairs={\"k\": 1}"}, R"({"query": "a", "limit": "50", "pairs": {"k": 1}})"},
    {"ReservedAreSplitOff", {"query=a", "debug-mode=true", "using=i"}, R"({"query": "a", "limit": "50"})"},
};

class GoodArguments : public ::testing::TestWithParam<ArgumentsRow> {};

TEST_P(GoodArguments, BecomeWhatCodeSees) {
  const auto call = check(GetParam().words);
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->args), GetParam().args);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodArguments, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

struct BadArgumentsRow {
  const char* name;
  std::vector<std::string> words;
  const char* why;
};

const BadArgumentsRow kBad[] = {
    {"Unknown", {"query=a", "limt=1"}, "script 'X': unknown argument 'limt'; did you mean 'limit'?"},
    {"UnknownCase", {"query=a", "Limit=1"}, "did you mean 'limit'?"},
    {"FarOff", {"query=a", "zzzzzz=1"}, "unknown argument 'zzzzzz'; there are 'query', 'limit'"},
    {"Missing", {"limit=1"}, "argument 'query' is required and missing; add query=..."},
    {"RequiredEmpty", {"query="}, "argument 'query' is required and empty"},
    {"NotAValue", {"query=a", "order=des"}, "argument 'order': 'des' is not one of its values; did you mean 'desc'?"},
    {"NotAValueEmpty", {"query=a", "order="}, "'' is not one of its values"},
    {"ListWhereOneIsMeant", {"query=a", "order=asc,desc"}, "'asc,desc' is not one of its values"},
    {"Twice", {"query=a", "query=b"}, "argument 'query' is given twice"},
    {"BareAndNamed", {"a", "query=b"}, "argument 'query' is given twice"},
    {"TwoBare", {"a", "b"}, "argument 'query' is given twice"},
    {"ReservedTwice", {"a", "using=x", "using=y"}, "argument 'using' is given twice"},
    {"NoPairs", {"a", "pairs=x"}, "argument 'pairs' holds keys and values"},
    {"PairsBadJson", {"a", "pairs={x"}, "write pairs=key=value"},
};

class BadArguments : public ::testing::TestWithParam<BadArgumentsRow> {};

TEST_P(BadArguments, AreRefusedWithRemedy) {
  EXPECT_TRUE(testing::fails_with(check(GetParam().words), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadArguments, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(Arguments, RefuseSeveralForTheBareValue) {
  const std::vector<Argument> declared = {{.name = "a", .takes_bare_value = true},
                                          {.name = "b", .takes_bare_value = true}};
  EXPECT_TRUE(testing::ok(check({"b=x"}, declared)));
  EXPECT_TRUE(testing::fails_with(check({"x"}, declared), Errc::InvalidInput,
                                  "arguments 'a' and 'b' are both declared 'default: true', so the bare value 'x'"));
  EXPECT_TRUE(
      testing::fails_with(check({"x"}, {{.name = "a"}}), Errc::InvalidInput, "no argument takes the bare value 'x'"));
  EXPECT_TRUE(testing::fails_with(check({"a=x"}, {}), Errc::InvalidInput, "unknown argument 'a'; it takes none"));
}

TEST(Arguments, OfABareCodeFileMayBeAnything) {
  const auto call = check({"b=2", "a=1", "raw-response=true"}, {}, true);
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->args), R"({"a": "1", "b": "2"})");
  EXPECT_EQ(print_json(call->reserved), R"({"raw-response": "true"})");
  EXPECT_TRUE(testing::fails_with(check({"a=1", "a=2"}, {}, true), Errc::InvalidInput, "given twice"));
  EXPECT_TRUE(testing::fails_with(check({"alone"}, {}, true), Errc::InvalidInput, "no argument takes the bare value"));
}

TEST(Arguments, DeclaredOnesGoBeforeReservedWords) {
  const auto call = check({"using=x"}, {{.name = "using"}});
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->args), R"({"using": "x"})");
}

TEST(Arguments, NoteDeprecatedOnesAndKnowSecrets) {
  const auto call = check({"a", "old=1", "token=s3cret"});
  ASSERT_TRUE(testing::ok(call));
  EXPECT_THAT(call->notes, ElementsAre("argument 'old' is deprecated"));
  EXPECT_THAT(secret_values(kDeclared, call->args), ElementsAre("s3cret"));
}

TEST(ListElements, AreReadAsContentReadsThem) {
  EXPECT_THAT(list_elements("a, b ,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(list_elements("[\"a,b\", 1]"), ElementsAre("a,b", "1"));
  EXPECT_THAT(list_elements("[not json]"), ElementsAre("[not json]"));
  EXPECT_THAT(list_elements(""), IsEmpty());
  EXPECT_THAT(list_elements(","), ElementsAre("", ""));
}

TEST(Suggestion, IsNearOrNone) {
  EXPECT_EQ(nearest_word("inicdent", {"incident", "indicator"}), "incident");
  EXPECT_EQ(nearest_word("a", {"b"}), "b");
  EXPECT_EQ(nearest_word("abc", {"xyz"}), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(1000, 'a'), {"a"}), std::nullopt);
  EXPECT_EQ(suggestion_for("x", {}), "");
}

}  // namespace
}  // namespace berth::content
