#include "berth/server/mirror_fields.h"

#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::json;

store::Time at(std::int64_t milliseconds) { return store::Time(std::chrono::milliseconds(milliseconds)); }

// --- terms -----------------------------------------------------------------------------------------------------------

struct TermsRow {
  const char* name;
  const char* incident;
  const char* terms;  // id, directions and tags; empty: none
};

const TermsRow kTerms[] = {
    {"Nothing", "{}", ""},
    {"NoIncident", "null", ""},
    {"NoDirection", R"({"dbotMirrorId": "7"})", ""},
    {"NoId", R"({"dbotMirrorDirection": "Both"})", ""},
    {"EmptyId", R"({"dbotMirrorId": "", "dbotMirrorDirection": "Both"})", ""},
    {"DirectionThatIsNone", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "None"})", ""},
    {"DirectionNumber", R"({"dbotMirrorId": "7", "dbotMirrorDirection": 1})", ""},
    {"In", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "In"})", "7 in"},
    {"Out", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "Out"})", "7 out"},
    {"Both", R"({"dbotMirrorId": 7, "dbotMirrorDirection": "Both"})", "7 in out"},
    {"Tags", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "In", "dbotMirrorTags": ["a", "b c", 5, ""]})",
     "7 in [a][b c][5]"},
    {"TagsInText", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "In", "dbotMirrorTags": "a, b c ,,"})",
     "7 in [a][b c]"},
    {"TagsThatAreNone", R"({"dbotMirrorId": "7", "dbotMirrorDirection": "In", "dbotMirrorTags": {"a": 1}})", "7 in"},
};

class Terms : public ::testing::TestWithParam<TermsRow> {};

TEST_P(Terms, AreRead) {
  const auto terms = mirror_terms_of(json(GetParam().incident));
  std::string text;
  if (terms) {
    text = terms->remote_id + (terms->in ? " in" : "") + (terms->out ? " out" : "");
    if (!terms->tags.empty()) text += ' ';
    for (const std::string& tag : terms->tags) text += '[' + tag + ']';
  }
  EXPECT_EQ(text, GetParam().terms);
}

INSTANTIATE_TEST_SUITE_P(Table, Terms, ::testing::ValuesIn(kTerms), [](const auto& row) { return row.param.name; });

struct OwnRow {
  const char* name;
  const char* incident;
  const char* kept;
};

const OwnRow kOwn[] = {
    {"Nothing", R"({"name": "a"})", R"({"name": "a"})"},
    {"Own", R"({"dbotMirrorId": "7", "dbotMirrorInstance": "desk"})",
     R"({"dbotMirrorId": "7", "dbotMirrorInstance": "desk"})"},
    {"OfAnother", R"({"name": "a", "dbotMirrorId": "7", "dbotMirrorInstance": "vault", "dbotMirrorTags": ["x"]})",
     R"({"name": "a"})"},
    {"OfNoText", R"({"dbotMirrorId": "7", "dbotMirrorInstance": ["desk"]})", "{}"},
    {"IdAlone", R"({"dbotMirrorId": "7"})", R"({"dbotMirrorId": "7"})"},
    {"InRaw",
     R"({"rawJSON": "{\"mirror_id\": 7, \"mirror_direction\": \"In\", \"mirror_instance\": \"desk\",)"
     R"( \"mirror_tags\": [\"x\"]}"})",
     R"({"rawJSON": "...", "dbotMirrorId": 7, "dbotMirrorDirection": "In", "dbotMirrorInstance": "desk",)"
     R"( "dbotMirrorTags": ["x"]})"},
    {"OwnBeforeRaw", R"({"dbotMirrorId": "8", "rawJSON": "{\"mirror_id\": 7, \"mirror_instance\": \"desk\"}"})",
     R"({"dbotMirrorId": "8", "rawJSON": "...", "dbotMirrorInstance": "desk"})"},
    {"RawOfAnother", R"({"rawJSON": "{\"mirror_id\": 7, \"mirror_instance\": \"vault\"}"})", R"({"rawJSON": "..."})"},
    {"RawNulls", R"({"rawJSON": "{\"mirror_direction\": null, \"mirror_instance\": \"desk\"}"})",
     R"({"rawJSON": "...", "dbotMirrorInstance": "desk"})"},
    {"RawThatIsNone", R"({"rawJSON": "mirror_instance {"})", R"({"rawJSON": "..."})"},
    {"RawList", R"({"rawJSON": "[\"mirror_instance\"]"})", R"({"rawJSON": "..."})"},
};

class OwnTerms : public ::testing::TestWithParam<OwnRow> {};

TEST_P(OwnTerms, AreThoseOfTheInstance) {
  Json kept = with_own_mirror_terms(json(GetParam().incident), "desk");
  if (kept.find("rawJSON") != nullptr) kept.set("rawJSON", "...");
  EXPECT_EQ(print_json(kept), GetParam().kept);
}

INSTANTIATE_TEST_SUITE_P(Table, OwnTerms, ::testing::ValuesIn(kOwn), [](const auto& row) { return row.param.name; });

// --- fields ----------------------------------------------------------------------------------------------------------

struct RemoteRow {
  const char* name;
  const char* remote;
  const char* fields;
};

const RemoteRow kRemote[] = {
    {"Nothing", "{}", "{}"},
    {"NoObject", "[1]", "{}"},
    {"Own", R"({"name": "n", "severity": "high", "owner": "ada"})", R"({"name": "n", "severity": 3, "owner": "ada"})"},
    {"Custom", R"({"country": "NL", "gone": null})", R"({"CustomFields": {"country": "NL"}})"},
    {"SeverityOfTheirOwn", R"({"severity": "P1"})", R"({"CustomFields": {"severity": "P1"}})"},
    {"WhatTheServerKeeps", R"({"id": "9", "status": "held", "created": "t", "type": "x", "sourceInstance": "vault"})",
     R"({"CustomFields": {"id": "9", "status": "held", "created": "t", "type": "x", "sourceInstance": "vault"}})"},
    {"TermsStay", R"({"dbotMirrorId": "1", "dbotMirrorInstance": "vault", "CustomFields": {"dbotMirrorTags": ["x"]}})",
     "{}"},
    {"CustomFields", R"({"CustomFields": {"a": 1}, "customFields": {"b": 2}, "c": 3})",
     R"({"CustomFields": {"a": 1, "b": 2, "c": 3}})"},
    {"CustomFieldsThatAreNone", R"({"CustomFields": "x", "customFields": [1]})", "{}"},
};

class RemoteFields : public ::testing::TestWithParam<RemoteRow> {};

TEST_P(RemoteFields, BecomeOurs) {
  EXPECT_EQ(print_json(fields_from_remote(json(GetParam().remote))), GetParam().fields);
}

INSTANTIATE_TEST_SUITE_P(Table, RemoteFields, ::testing::ValuesIn(kRemote),
                         [](const auto& row) { return row.param.name; });

struct ChangesRow {
  const char* name;
  const char* before;
  const char* now;
  const char* changes;
};

const ChangesRow kChanges[] = {
    {"None", R"({"a": 1})", R"({"a": 1})", "{}"},
    {"FromNothing", "null", R"({"a": 1})", R"({"a": 1})"},
    {"Other", R"({"a": 1, "b": 2})", R"({"a": 3, "b": 2})", R"({"a": 3})"},
    {"OfAnotherKind", R"({"a": 1})", R"({"a": "1"})", R"({"a": "1"})"},
    {"New", "{}", R"({"a": false})", R"({"a": false})"},
    {"Gone", R"({"a": 1, "b": 2})", R"({"b": 2})", R"({"a": ""})"},
    {"EmptyIsNothing", R"({"a": "", "b": null})", R"({"c": "", "d": null})", "{}"},
    {"Emptied", R"({"a": "x"})", R"({"a": ""})", R"({"a": ""})"},
    {"Inside", R"({"a": {"b": [1]}})", R"({"a": {"b": [2]}})", R"({"a": {"b": [2]}})"},
};

class Changes : public ::testing::TestWithParam<ChangesRow> {};

TEST_P(Changes, AreTheDifference) {
  EXPECT_EQ(print_json(changes_between(json(GetParam().before), json(GetParam().now))), GetParam().changes);
}

INSTANTIATE_TEST_SUITE_P(Table, Changes, ::testing::ValuesIn(kChanges), [](const auto& row) { return row.param.name; });

TEST(MirroredFields, AreFlatAndWithoutTheServersOwn) {
  store::Investigation investigation;
  investigation.id = 7;
  investigation.name = "n";
  EXPECT_EQ(mirrored_fields(investigation), Json::object());
  investigation.incident = json(R"({"name": "n", "severity": 2, "sourceInstance": "desk", "dbotMirrorId": "7",
      "rawJSON": "{}", "closeNotes": "early", "CustomFields": {"status": "held", "name": "other", "dbotMirrorTags": 1}})");
  const Json open = mirrored_fields(investigation);
  EXPECT_EQ(open.text_or("name", ""), "n");
  EXPECT_EQ(*open.find("severity"), Json(2));
  EXPECT_EQ(open.text_or("status", ""), "held");  // theirs, since ours is told by itself
  for (const char* name : {"id", "created", "modified", "sourceInstance", "rawJSON", "dbotMirrorId", "CustomFields",
                           "closeReason", "closeNotes", "closingUserId"}) {
    EXPECT_EQ(open.find(name), nullptr) << name;
  }
  investigation.closed = at(5);
  investigation.close_reason = "Resolved";
  EXPECT_EQ(print_json(changes_between(open, mirrored_fields(investigation))),
            R"({"closeReason": "Resolved", "closingUserId": "operator"})");
}

TEST(EntryForRemote, HasWhatContentReads) {
  store::Entry entry;
  entry.id = {3, 7};
  entry.type = 3;
  entry.content.entry =
      json(R"({"Type": 3, "Contents": "", "ContentsFormat": "text", "File": "a.txt", "FileID": "u"})");
  entry.content.at = at(1500);
  entry.content.note = true;
  entry.content.tags = {"comments"};
  const Json json_of = entry_for_remote(entry);
  EXPECT_EQ(json_of.text_or("id", ""), "3@7");
  EXPECT_EQ(*json_of.find("type"), Json(3));
  EXPECT_EQ(json_of.text_or("file", ""), "a.txt");
  EXPECT_EQ(json_of.text_or("user", ""), "operator");
  EXPECT_EQ(json_of.text_or("created", ""), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(*json_of.find("note"), Json(true));
  EXPECT_EQ(*json_of.find("tags"), json(R"(["comments"])"));
  entry.content.entry = json(R"({"Contents": {"a": 1}})");
  EXPECT_EQ(*entry_for_remote(entry).find("contents"), json(R"({"a": 1})"));
}

}  // namespace
}  // namespace berth::server
