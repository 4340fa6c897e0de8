#include "berth/server/incident_fields.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;

struct FieldRow {
  const char* name;
  const char* given;
  const char* fields;
};

const FieldRow kFields[] = {
    {"Nothing", "{}", "{}"},
    {"Own", R"({"name": "n", "labels": [{"type": "a"}]})", R"({"name": "n", "labels": [{"type": "a"}]})"},
    {"NullIsNotGiven", R"({"name": null, "x": null})", "{}"},
    {"Custom", R"({"country": "NL"})", R"({"CustomFields": {"country": "NL"}})"},
    {"CustomFields", R"({"CustomFields": {"a": 1}, "b": 2})", R"({"CustomFields": {"a": 1, "b": 2}})"},
    {"CustomFieldsInText", R"({"customFields": "{\"a\": [1]}"})", R"({"CustomFields": {"a": [1]}})"},
    {"MirrorTerms", R"({"dbotMirrorDirection": "In", "dbotMirrorTags": ["a"]})",
     R"({"dbotMirrorDirection": "In", "dbotMirrorTags": ["a"]})"},
    {"NoCustomFields", R"({"CustomFields": {}})", "{}"},
    {"SeverityNumber", R"({"severity": 4})", R"({"severity": 4})"},
    {"SeverityHalf", R"({"severity": 0.5})", R"({"severity": 0.5})"},
    {"SeverityFloat", R"({"severity": 3.0})", R"({"severity": 3})"},
    {"SeverityText", R"({"severity": "HIGH"})", R"({"severity": 3})"},
    {"SeverityDigit", R"({"severity": "2"})", R"({"severity": 2})"},
    {"SeverityInfo", R"({"severity": "informational"})", R"({"severity": 0.5})"},
    {"SeverityEmpty", R"({"severity": ""})", R"({"severity": 0})"},
};

class IncidentFields : public ::testing::TestWithParam<FieldRow> {};

TEST_P(IncidentFields, AreSorted) {
  const auto fields = incident_fields_of(json(GetParam().given));
  ASSERT_TRUE(ok(fields));
  EXPECT_EQ(print_json(*fields), GetParam().fields);
}

INSTANTIATE_TEST_SUITE_P(Table, IncidentFields, ::testing::ValuesIn(kFields),
                         [](const auto& row) { return row.param.name; });

struct RefusedRow {
  const char* name;
  const char* given;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"List", "[]", "an incident is no object"},
    {"Null", "null", "an incident is no object"},
    {"Text", R"("{}")", "an incident is no object"},
    {"SeverityWord", R"({"severity": "worst"})", "severity 'worst' is none of unknown"},
    {"SeverityTooLarge", R"({"severity": 5})", "severity '5' is none of"},
    {"SeverityNegative", R"({"severity": -1})", "severity '-1' is none of"},
    {"SeverityNaN", R"({"severity": NaN})", "severity 'nan' is none of"},
    {"SeverityList", R"({"severity": [1]})", "severity is neither number nor text"},
    {"SeverityTruth", R"({"severity": true})", "severity is neither number nor text"},
    {"CustomFieldsList", R"({"customFields": [1]})", "customFields is no object"},
    {"CustomFieldsTextOfAList", R"({"customFields": "[1]"})", "customFields is no object"},
    {"CustomFieldsBroken", R"({"customFields": "{"})", "customFields: "},
};

class RefusedFields : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedFields, SayWhy) {
  EXPECT_TRUE(fails_with(incident_fields_of(json(GetParam().given)), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedFields, ::testing::ValuesIn(kRefused),
                         [](const auto& row) { return row.param.name; });

struct MergeRow {
  const char* name;
  const char* incident;
  const char* fields;
  const char* merged;
};

const MergeRow kMerges[] = {
    {"New", "{}", R"({"a": 1})", R"({"a": 1})"},
    {"Replaced", R"({"a": {"x": 1}})", R"({"a": {"y": 2}})", R"({"a": {"y": 2}})"},
    {"CustomOnesStay", R"({"CustomFields": {"a": 1, "b": 2}})", R"({"CustomFields": {"b": 3, "c": 4}})",
     R"({"CustomFields": {"a": 1, "b": 3, "c": 4}})"},
    {"CustomOverNull", R"({"CustomFields": null})", R"({"CustomFields": {"a": 1}})", R"({"CustomFields": {"a": 1}})"},
    {"NoObject", R"({"a": 1})", "[1]", R"({"a": 1})"},
};

class MergedFields : public ::testing::TestWithParam<MergeRow> {};

TEST_P(MergedFields, KeepWhatWasNotGiven) {
  Json incident = json(GetParam().incident);
  merge_incident_fields(incident, json(GetParam().fields));
  EXPECT_EQ(print_json(incident), GetParam().merged);
}

INSTANTIATE_TEST_SUITE_P(Table, MergedFields, ::testing::ValuesIn(kMerges),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
