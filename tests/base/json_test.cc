#include "berth/base/json.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth {
namespace {

struct RoundTrip {
  const char* name;
  std::string text;
  std::string printed;
};

const RoundTrip kRoundTrips[] = {
    {"Whole", "17", "17"},
    {"BigWhole", "10000000000000000000000000000000000000000", "10000000000000000000000000000000000000000"},
    {"SmallExponent", "1e-400", "1e-400"},
    {"MinusZero", "-0", "-0"},
    {"Fraction", "0.1", "0.1"},
    {"NaN", "[NaN, Infinity, -Infinity]", "[NaN, Infinity, -Infinity]"},
    {"Escapes", R"("a\"b\\c\n\u0001é")", R"("a\"b\\c\n\u0001\u00e9")"},
    {"Pair", R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
    {"LoneHigh", R"("x\ud800y")", R"("x\ufffdy")"},
    {"LoneLow", R"("\udc00")", R"("\ufffd")"},
    {"EscapedBackslash", R"("\\ud800")", R"("\\ud800")"},
    {"Proto", R"({"__proto__": {"a": 1}})", R"({"__proto__": {"a": 1}})"},
    {"Nested", R"({"a": [1, {"b": []}, {}], "c": null})", R"({"a": [1, {"b": []}, {}], "c": null})"},
};

class JsonRoundTrip : public ::testing::TestWithParam<RoundTrip> {};

TEST_P(JsonRoundTrip, KeepsWhatItRead) {
  auto value = parse_json(GetParam().text);
  ASSERT_TRUE(testing::ok(value));
  EXPECT_EQ(print_json(*value), GetParam().printed);
  auto again = parse_json(GetParam().printed);
  ASSERT_TRUE(testing::ok(again));
  EXPECT_EQ(*again, *value);
}

INSTANTIATE_TEST_SUITE_P(Table, JsonRoundTrip, ::testing::ValuesIn(kRoundTrips),
                         [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string text;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", Errc::InvalidInput, "empty"},
    {"Trailing", "1 2", Errc::InvalidInput, "at byte 2"},
    {"Deep", std::string(1'000'000, '['), Errc::Exhausted, "nesting is over the limit"},
    {"Wide",
     "[" + std::string(2'000'000, ' ') + "1" +
         [] {
           std::string many;
           for (int i = 0; i < 1'000'001; ++i) many += ",1";
           return many;
         }() +
         "]",
     Errc::Exhausted, "number of values is over the limit"},
    {"TooBig", "1e400", Errc::InvalidInput, "too big"},
    {"Cut", R"({"a": )", Errc::InvalidInput, "at byte"},
};

class BadJson : public ::testing::TestWithParam<Bad> {};

TEST_P(BadJson, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_json(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadJson, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(Json, LastOfTwoEqualKeysCounts) {
  auto value = parse_json(R"({"a": 1, "a": 2})");
  ASSERT_TRUE(testing::ok(value));
  EXPECT_EQ(*value->find("a"), Json(2));
}

TEST(Json, PrettyKeepsUtf8AndHasNoTokensOutsideTheStandard) {
  auto value = parse_json(R"({"a": ["é", NaN]})");
  ASSERT_TRUE(testing::ok(value));
  EXPECT_EQ(print_json_pretty(*value), "{\n  \"a\": [\n    \"é\",\n    null\n  ]\n}");
}

TEST(Json, IsSmall) { EXPECT_EQ(sizeof(Json), 16u); }

}  // namespace
}  // namespace berth
