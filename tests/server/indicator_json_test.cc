#include "berth/server/indicator_json.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

struct ScoreRow {
  const char* text;
  int score;
};

const ScoreRow kScores[] = {{"", 0},          {"0", 0}, {"Unknown", 0},    {"1", 1}, {"Good", 1},
                            {"benign", 1},    {"2", 2}, {"SUSPICIOUS", 2}, {"3", 3}, {"Bad", 3},
                            {"malicious", 3}, {"4", 0}, {"-1", 0},         {"x", 0}};

TEST(IndicatorJson, Scores) {
  for (const ScoreRow& row : kScores) EXPECT_EQ(score_of(row.text), row.score) << row.text;
}

struct ReadRow {
  const char* name;
  const char* given;
  const char* read;  // type, value, score, fields
};

const ReadRow kRead[] = {
    {"Least", R"({"value": "v"})", R"(["Unknown", "v", 0, {}])"},
    {"Type", R"({"value": "v", "type": "IP", "indicator_type": "no"})", R"(["IP", "v", 0, {}])"},
    {"OtherNameOfType", R"({"value": "v", "indicator_type": "IP"})", R"(["IP", "v", 0, {}])"},
    {"NumberForAValue", R"({"value": 7})", R"(["Unknown", "7", 0, {}])"},
    {"Score", R"({"value": "v", "score": 3, "verdict": "Good"})", R"(["Unknown", "v", 3, {}])"},
    {"Verdict", R"({"value": "v", "verdict": "Malicious"})", R"(["Unknown", "v", 3, {}])"},
    {"Reputation", R"({"value": "v", "score": null, "reputation": "Suspicious"})", R"(["Unknown", "v", 2, {}])"},
    {"Fields", R"({"value": "v", "fields": {"a": 1, "b": 1}, "CustomFields": {"b": 2}})",
     R"(["Unknown", "v", 0, {"a": 1, "b": 2}])"},
    {"FieldsThatAreNone", R"({"value": "v", "fields": [1], "CustomFields": "x"})", R"(["Unknown", "v", 0, {}])"},
};

class IndicatorRead : public ::testing::TestWithParam<ReadRow> {};

TEST_P(IndicatorRead, GivesItsParts) {
  const auto indicator = indicator_from(json(GetParam().given), {"Brand", "instance"});
  ASSERT_TRUE(ok(indicator));
  const Json parts(Json::Array{indicator->type, indicator->value, indicator->score, indicator->fields});
  EXPECT_EQ(print_json(parts), GetParam().read);
  EXPECT_EQ(indicator->source_brand, "Brand");
  EXPECT_EQ(indicator->source_instance, "instance");
}

INSTANTIATE_TEST_SUITE_P(Table, IndicatorRead, ::testing::ValuesIn(kRead),
                         [](const auto& row) { return row.param.name; });

TEST(IndicatorJson, NeedsAValue) {
  for (const char* given : {"{}", R"({"value": ""})", R"({"value": null})", "[]", "null", R"("v")"}) {
    EXPECT_TRUE(fails_with(indicator_from(json(given), {}), Errc::InvalidInput, "it has no value")) << given;
  }
}

TEST(IndicatorJson, WritesWhatSearchesGive) {
  store::Indicator indicator;
  indicator.id = 12;
  indicator.type = "IP";
  indicator.value = "192.0.2.1";
  indicator.score = 3;
  indicator.fields = json(R"({"a": 1})");
  indicator.source_brand = "B";
  indicator.source_instance = "B_1";
  Json printed = indicator_json(indicator);
  EXPECT_EQ(printed.text_or("id", ""), "12");
  EXPECT_EQ(printed.text_or("indicator_type", ""), "IP");
  EXPECT_EQ(printed.text_or("verdict", ""), "Malicious");
  EXPECT_EQ(*printed.find("CustomFields"), json(R"({"a": 1})"));
  EXPECT_EQ(*printed.find("sourceBrands"), json(R"(["B"])"));
  EXPECT_EQ(printed.find("expiration"), nullptr);
  indicator.expires = store::Time(std::chrono::milliseconds(1));
  indicator.score = 99;
  printed = indicator_json(indicator);
  EXPECT_EQ(printed.text_or("expiration", ""), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(printed.text_or("verdict", ""), "Malicious");
}

TEST(IndicatorJson, ReadsRelationshipsThatHaveBothEnds) {
  const Json given = json(R"({"relationships": [{"name": "resolves-to", "reverseName": "resolved-from", "entityA": "a",
    "entityAType": "Domain", "entityB": "b", "entityBType": "IP", "fields": {"x": 1}}, {"entityA": "a", "entityB": "c"},
    {"entityA": "a"}, {"entityB": "b"}, 7, null]})");
  const auto found = relationships_from(given, {"B", "B_1"});
  ASSERT_EQ(found.size(), 2u);
  const Json printed = relationship_json(found[0]);
  EXPECT_EQ(printed.text_or("name", ""), "resolves-to");
  EXPECT_EQ(printed.text_or("reverseName", ""), "resolved-from");
  EXPECT_EQ(printed.text_or("entityA", ""), "a");
  EXPECT_EQ(printed.text_or("entityBType", ""), "IP");
  EXPECT_EQ(*printed.find("fields"), json(R"({"x": 1})"));
  EXPECT_EQ(found[1].name, "related-to");
  EXPECT_EQ(found[1].type, "IndicatorToIndicator");
  for (const char* none : {"{}", R"({"relationships": {}})", R"({"relationships": null})", "7"}) {
    EXPECT_TRUE(relationships_from(json(none), {}).empty()) << none;
  }
}

}  // namespace
}  // namespace berth::server
