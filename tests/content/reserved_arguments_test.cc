#include "berth/content/reserved_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/content/arguments.h"
#include "berth/content/command_line.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Result<ReservedArguments> parse(const std::string& json) { return parse_reserved_arguments(parse_json(json).value()); }

TEST(ReservedArguments, NoneAreTheDefaults) {
  const auto reserved = parse("{}");
  ASSERT_TRUE(testing::ok(reserved));
  EXPECT_THAT(reserved->instances, IsEmpty());
  EXPECT_THAT(reserved->brands, IsEmpty());
  EXPECT_THAT(reserved->extensions, IsEmpty());
  EXPECT_FALSE(reserved->raw_response || reserved->ignore_outputs || reserved->debug_mode);
  EXPECT_FALSE(reserved->execution_timeout.has_value());
  EXPECT_EQ(reserved->retry_count, 0);
  EXPECT_EQ(reserved->retry_interval, std::chrono::seconds(30));
  EXPECT_THAT(reserved->notes, IsEmpty());
}

TEST(ReservedArguments, AreTyped) {
  const auto reserved = parse(
      R"({"using": "a_1, b c", "using-brand": "A", "raw-response": "true", "ignore-outputs": "Yes", "debug-mode": "no",
          "execution-timeout": "90", "retry-count": "100", "retry-interval": "0", "auto-extract": "inline",
          "extend-context": "a=b::c="})");
  ASSERT_TRUE(testing::ok(reserved));
  EXPECT_THAT(reserved->instances, ElementsAre("a_1", "b c"));
  EXPECT_THAT(reserved->brands, ElementsAre("A"));
  EXPECT_TRUE(reserved->raw_response);
  EXPECT_TRUE(reserved->ignore_outputs);
  EXPECT_FALSE(reserved->debug_mode);
  EXPECT_EQ(reserved->execution_timeout, std::chrono::seconds(90));
  EXPECT_EQ(reserved->retry_count, 100);
  EXPECT_EQ(reserved->retry_interval, std::chrono::seconds(0));
  EXPECT_THAT(reserved->extensions, ElementsAre(ContextExtension{"a", "b"}, ContextExtension{"c", ""}));
  EXPECT_THAT(reserved->notes,
              ElementsAre("argument 'auto-extract' changes nothing here: no indicators are extracted"));
}

TEST(ReservedArguments, EmptyOnesCountAsNotGiven) {
  const auto reserved = parse(R"({"using": "", "raw-response": "", "retry-count": "", "execution-timeout": ""})");
  ASSERT_TRUE(testing::ok(reserved));
  EXPECT_THAT(reserved->instances, IsEmpty());
  EXPECT_FALSE(reserved->execution_timeout.has_value());
}

// From the line to the types: the line, the declared arguments, the rest.
TEST(ReservedArguments, ComeOutOfALine) {
  const auto line = parse_command_line("!x 1 using=i retry-count=2 ignore-outputs=false");
  ASSERT_TRUE(testing::ok(line));
  const std::vector<Argument> declared = {{.name = "a", .takes_bare_value = true}, {.name = "ignore-outputs"}};
  const auto call = check_arguments({"command 'x'", declared}, line->arguments);
  ASSERT_TRUE(testing::ok(call));
  EXPECT_EQ(print_json(call->args), R"({"a": "1", "ignore-outputs": "false"})");
  const auto reserved = parse_reserved_arguments(call->reserved);
  ASSERT_TRUE(testing::ok(reserved));
  EXPECT_THAT(reserved->instances, ElementsAre("i"));
  EXPECT_EQ(reserved->retry_count, 2);
}

struct BadReservedRow {
  const char* name;
  const char* json;
  const char* why;
};

const BadReservedRow kBad[] = {
    {"Boolean", R"({"raw-response": "1"})", "argument 'raw-response': '1' is not a boolean; write true or false"},
    {"DebugMode", R"({"debug-mode": "on"})", "argument 'debug-mode': 'on' is not a boolean"},
    {"TooManyTries", R"({"retry-count": "101"})",
     "argument 'retry-count': '101' is no number of tries; write a whole number from 0 to 100"},
    {"NegativeTries", R"({"retry-count": "-1"})", "argument 'retry-count': '-1' is no number of tries"},
    {"BrokenTries", R"({"retry-count": "1.5"})", "argument 'retry-count': '1.5' is no number of tries"},
    {"HugeTries", R"({"retry-count": "99999999999999999999"})", "is no number of tries"},
    {"NoTimeout", R"({"execution-timeout": "0"})", "argument 'execution-timeout': '0' is no number of seconds"},
    {"TimeoutWithUnit", R"({"execution-timeout": "5m"})", "write a whole number from 1 to 2592000"},
    {"Interval", R"({"retry-interval": "x"})", "argument 'retry-interval': 'x' is no number of seconds"},
    {"EmptyInstance", R"({"using": "a,,b"})", "argument 'using': 'a,,b' holds an empty name"},
    {"Extension", R"({"extend-context": "a"})", "argument 'extend-context': 'a' names no key and path"},
    {"FirstErrorStays", R"({"using": ",", "retry-count": "x"})", "argument 'using'"},
};

class BadReserved : public ::testing::TestWithParam<BadReservedRow> {};

TEST_P(BadReserved, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse(GetParam().json), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadReserved, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::content
