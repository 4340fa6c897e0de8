#include "berth/server/mirroring.h"

#include <gtest/gtest.h>

#include "berth/store/mirrors.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::new_entries;
using testing::ok;
using testing::StateFolder;

store::Time at(std::int64_t milliseconds) { return store::Time(std::chrono::milliseconds(milliseconds)); }

constexpr char kBoth[] = R"({"name": "alert", "dbotMirrorId": "CA-1", "dbotMirrorInstance": "desk",
    "dbotMirrorDirection": "Both", "dbotMirrorTags": ["comments"], "CustomFields": {"status": "open"}})";

constexpr store::InvestigationId kFirst = 2;  // that is made in a new database

// One incident that is mirrored, and what is done to it here and elsewhere.
class Mirroring : public ::testing::Test {
 protected:
  store::Database& database() { return folder_.database(); }
  store::InvestigationId add(const char* incident = kBoth) {
    auto made = store::Investigations(database()).add({.name = "alert", .type = "", .incident = json(incident)});
    EXPECT_TRUE(ok(made));
    EXPECT_TRUE(ok(begin_mirroring(database(), *made)));
    return made->id;
  }
  store::Investigation get(store::InvestigationId id) { return *store::Investigations(database()).get(id); }
  Json incident(store::InvestigationId id) { return get(id).incident; }
  void set(store::InvestigationId id, const char* fields) {
    EXPECT_TRUE(ok(store::Investigations(database()).set_incident_fields(id, json(fields))));
  }
  void post(store::InvestigationId id, const char* list) {
    auto opened = StoredInvestigation::open(folder_.state(), std::to_string(id));
    auto entries = new_entries(list);
    EXPECT_TRUE(ok(opened->post(entries, {}, script_)));
  }
  std::optional<OutgoingUpdate> outgoing() {
    const auto incident = mirrored_incident(database(), kFirst);
    EXPECT_TRUE(ok(incident));
    auto update = outgoing_update(database(), *incident);
    EXPECT_TRUE(ok(update));
    return *update;
  }
  // What would be sent: the delta, whether it has changed, and the contents of the entries.
  std::string told() {
    const auto update = outgoing();
    if (!update) return "nothing";
    std::string text =
        print_json(*update->args.find("delta")) + " " + print_json(*update->args.find("incidentChanged"));
    for (const Json& one : *update->args.find("entries")->as_array()) text += " " + one.text_or("contents", "");
    return text;
  }
  void send(store::InvestigationId id) {
    const auto update = outgoing();
    ASSERT_TRUE(update.has_value());
    EXPECT_TRUE(ok(keep_sent(database(), id, *update)));
  }
  Result<Posted> receive(store::InvestigationId id, std::string_view entries, store::Time asked = at(9)) {
    RemoteData data = remote_data_from(new_entries(entries));
    return merge_remote_data(folder_.state(), id, data, {"call", "", true}, script_, asked);
  }

  StateFolder folder_;
  testing::NoScript script_;
};

TEST_F(Mirroring, IsOfIncidentsThatSaySo) {
  const auto found = mirrored_incident(database(), add());
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(found->terms.remote_id, "CA-1");
  EXPECT_EQ(found->investigation.id, kFirst);
  const auto other = add(R"({"dbotMirrorInstance": "desk"})");  // no id, no direction
  EXPECT_TRUE(fails_with(mirrored_incident(database(), other), Errc::NotFound, "incident 3 is not mirrored"));
  EXPECT_TRUE(fails_with(mirrored_incident(database(), 99), Errc::NotFound, "99"));
}

TEST_F(Mirroring, TellsWhatChangedHereOnce) {
  const auto id = add();
  EXPECT_EQ(told(), "nothing");
  set(id, R"({"owner": "ada", "CustomFields": {"status": "held"}})");
  EXPECT_EQ(told(), R"({"status": "held", "owner": "ada"} true)");
  EXPECT_EQ(told(), R"({"status": "held", "owner": "ada"} true)");  // until it is kept
  send(id);
  EXPECT_EQ(told(), "nothing");
  set(id, R"({"owner": "ada"})");
  EXPECT_EQ(told(), "nothing");
}

TEST_F(Mirroring, TellsWhatContentAsksFor) {
  const auto id = add();
  set(id, R"({"severity": 3})");
  const Json args = outgoing()->args;
  EXPECT_EQ(args.text_or("remoteId", ""), "CA-1");
  EXPECT_EQ(*args.find("status"), Json(1));
  const Json& data = *args.find("data");
  EXPECT_EQ(data.text_or("id", ""), std::to_string(id));
  EXPECT_EQ(*data.find("severity"), Json(3));
  EXPECT_EQ(*data.find("CustomFields"), json(R"({"status": "open"})"));
}

TEST_F(Mirroring, WhatChangesWhileItIsSentGoesNext) {
  const auto id = add();
  set(id, R"({"owner": "ada"})");
  const auto update = outgoing();
  set(id, R"({"owner": "bob"})");
  ASSERT_TRUE(ok(keep_sent(database(), id, *update)));
  EXPECT_EQ(told(), R"({"owner": "bob"} true)");
}

TEST_F(Mirroring, WhatComesWhileItIsSentDoesNotGoBack) {
  const auto id = add();
  set(id, R"({"owner": "ada"})");
  const auto update = outgoing();
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": {"owner": "eve", "severity": 2}},
      {"Contents": {"dbotIncidentClose": true}}])")));
  ASSERT_TRUE(ok(keep_sent(database(), id, *update)));
  EXPECT_EQ(told(), "nothing");
  EXPECT_EQ(incident(id).text_or("owner", ""), "ada");
  EXPECT_FALSE(get(id).is_open());
}

TEST_F(Mirroring, TellsThatAFieldIsGoneOnce) {
  const auto id = add();
  set(id, R"({"CustomFields": {}})");
  EXPECT_EQ(told(), R"({"status": ""} true)");
  send(id);
  EXPECT_EQ(told(), "nothing");
}

TEST_F(Mirroring, TellsOfTheEnd) {
  const auto id = add();
  ASSERT_TRUE(ok(store::Investigations(database()).close(id, "Resolved", "by us")));
  EXPECT_EQ(told(), R"({"closeReason": "Resolved", "closeNotes": "by us", "closingUserId": "operator"} true)");
  EXPECT_EQ(*outgoing()->args.find("status"), Json(2));
  send(id);
  EXPECT_EQ(told(), "nothing");
  ASSERT_TRUE(ok(store::Investigations(database()).reopen(id)));
  EXPECT_EQ(told(), R"({"closeReason": "", "closeNotes": "", "closingUserId": ""} true)");
}

TEST_F(Mirroring, TellsTaggedEntriesOnce) {
  const auto id = add();
  post(id, R"([{"Contents": "for us"}, {"Contents": "for both", "Tags": ["comments"]}])");
  EXPECT_EQ(told(), "{} false for both");
  send(id);
  EXPECT_EQ(told(), "nothing");
}

TEST_F(Mirroring, TakesWhatItSeesFirstForKnown) {
  const auto made = store::Investigations(database()).add({.name = "a", .type = "", .incident = json(kBoth)});
  ASSERT_TRUE(ok(made));
  post(made->id, R"([{"Contents": "early", "Tags": ["comments"]}])");
  EXPECT_EQ(told(), "{} false early");
  set(made->id, R"({"owner": "ada"})");
  EXPECT_EQ(told(), R"({"owner": "ada"} true early)");
}

TEST_F(Mirroring, WhatCameDoesNotGoBack) {
  const auto id = add();
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": "{\"status\": \"held\", \"owner\": \"eve\"}", "ContentsFormat": "json"},
      {"Contents": "theirs", "Tags": ["comments"]}])")));
  EXPECT_EQ(incident(id).text_or("owner", ""), "eve");
  EXPECT_EQ(*incident(id).find("CustomFields"), json(R"({"status": "held"})"));
  EXPECT_EQ(told(), "nothing");
  EXPECT_EQ(store::Mirrors(database()).get(id)->asked, at(9));
  EXPECT_EQ(store::Entries(database()).count(id).value_or(-1), 1);
}

TEST_F(Mirroring, WhatCameLeavesChangesToBeSent) {
  const auto id = add();
  set(id, R"({"owner": "ada", "CustomFields": {"status": "released"}})");
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": {"owner": "eve", "severity": 2, "status": "held", "berth": 3}}])")));
  EXPECT_EQ(incident(id).text_or("owner", ""), "ada");
  EXPECT_EQ(*incident(id).find("severity"), Json(2));
  EXPECT_EQ(*incident(id).find("CustomFields"), json(R"({"status": "released", "berth": 3})"));
  EXPECT_EQ(told(), R"({"status": "released", "owner": "ada"} true)");
  // Once it has gone over, theirs counts.
  send(id);
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": {"owner": "eve"}}])")));
  EXPECT_EQ(incident(id).text_or("owner", ""), "eve");
}

TEST_F(Mirroring, AnEndThatIsToBeSentStays) {
  const auto id = add();
  const char* reopen = R"([{"Contents": {"dbotIncidentReopen": true}}])";
  ASSERT_TRUE(ok(store::Investigations(database()).close(id, "Resolved", "")));
  ASSERT_TRUE(ok(receive(id, reopen)));
  EXPECT_FALSE(get(id).is_open());
  send(id);
  ASSERT_TRUE(ok(receive(id, reopen)));
  EXPECT_TRUE(get(id).is_open());
}

TEST_F(Mirroring, WhereNothingGoesOutTheirsCounts) {
  const auto id = add(R"({"dbotMirrorId": "CA-1", "dbotMirrorInstance": "desk", "dbotMirrorDirection": "In"})");
  set(id, R"({"owner": "ada"})");
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": {"owner": "eve"}}])")));
  EXPECT_EQ(incident(id).text_or("owner", ""), "eve");
}

TEST_F(Mirroring, NothingNewChangesNothing) {
  const auto id = add();
  const auto modified = get(id).modified;
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": {"name": "alert", "status": "open"}}, {"Contents": "{}"}])")));
  EXPECT_EQ(get(id).modified, modified);
  EXPECT_EQ(store::Entries(database()).count(id).value_or(-1), 0);
}

TEST_F(Mirroring, ClosesAndOpens) {
  const auto id = add();
  const char* close = R"([{"Contents": {"dbotIncidentClose": true, "closeReason": "Resolved", "closeNotes": "n"}}])";
  ASSERT_TRUE(ok(receive(id, close)));
  EXPECT_FALSE(get(id).is_open());
  EXPECT_EQ(get(id).close_reason, "Resolved");
  EXPECT_EQ(told(), "nothing");  // they know
  const auto closed = get(id).closed;
  ASSERT_TRUE(ok(receive(id, close)));
  EXPECT_EQ(get(id).closed, closed);
  ASSERT_TRUE(ok(receive(id, R"([{"Contents": "{\"dbotIncidentReopen\": true}"}])")));
  EXPECT_TRUE(get(id).is_open());
  EXPECT_EQ(told(), "nothing");
}

TEST_F(Mirroring, KeepsAllOrNothing) {
  const auto id = add();
  RemoteData data = remote_data_from(new_entries(R"([{"Contents": {"owner": "eve"}}, {"Contents": "a"}])"));
  data.closes = true;
  data.entries.push_back({7, std::nullopt});
  EXPECT_TRUE(fails_with(merge_remote_data(folder_.state(), id, data, {"call", "", true}, script_, at(9)),
                         Errc::InvalidInput, "must be a JSON object"));
  EXPECT_TRUE(get(id).is_open());
  EXPECT_EQ(incident(id).text_or("owner", "nobody"), "nobody");
  EXPECT_EQ(store::Entries(database()).count(id).value_or(-1), 0);
  EXPECT_FALSE(store::Mirrors(database()).get(id)->asked);
  EXPECT_TRUE(fails_with(receive(99, "[]"), Errc::NotFound, "99"));
}

// --- what commands answered ------------------------------------------------------------------------------------------

struct DataRow {
  const char* name;
  const char* entries;
  const char* fields;
  std::size_t posted;
};

const DataRow kData[] = {
    {"Nothing", "[]", "{}", 0},
    {"Null", R"([{"Contents": "None"}, {"Contents": null}, {"Contents": "null"}, {}])", "{}", 0},
    {"EmptyIncident", R"([{"Contents": "{}"}, {"Contents": {}}])", "{}", 0},
    {"Incident", R"([{"Contents": {"owner": "a"}}])", R"({"owner": "a"})", 0},
    {"IncidentInText", R"([{"Contents": "{\"owner\": \"a\"}"}, {"Contents": "note"}])", R"({"owner": "a"})", 1},
    {"SecondObjectIsAnEntry", R"([{"Contents": {"owner": "a"}}, {"Contents": {"owner": "b"}}])", R"({"owner": "a"})",
     1},
    {"EntriesAlone", R"([{"Contents": "a"}, {"Contents": "[1]"}])", "{}", 2},
    {"EndIsNoIncident", R"([{"Contents": {"dbotIncidentClose": true}}, {"Contents": {"owner": "a"}}])",
     R"({"owner": "a"})", 0},
    {"EndThatIsNone", R"([{"Contents": {"owner": "a"}}, {"Contents": {"dbotIncidentClose": "yes"}}])",
     R"({"owner": "a"})", 1},
};

class RemoteAnswers : public ::testing::TestWithParam<DataRow> {};

TEST_P(RemoteAnswers, AreAnIncidentAndEntries) {
  const RemoteData data = remote_data_from(new_entries(GetParam().entries));
  EXPECT_EQ(print_json(data.fields), GetParam().fields);
  EXPECT_EQ(data.entries.size(), GetParam().posted);
}

INSTANTIATE_TEST_SUITE_P(Table, RemoteAnswers, ::testing::ValuesIn(kData),
                         [](const auto& row) { return row.param.name; });

TEST(RemoteData, AFileIsAnEntry) {
  auto entries = new_entries(R"([{"Contents": {"owner": "a"}}, {"Contents": ""}])");
  entries[0].file = NewFile{"a.txt", "bytes"};
  entries[1].file = NewFile{"b.txt", "bytes"};
  const RemoteData data = remote_data_from(std::move(entries));
  EXPECT_EQ(data.fields, Json::object());
  EXPECT_EQ(data.entries.size(), 2u);
}

struct IdsRow {
  const char* name;
  const char* entries;
  const char* ids;  // joined, or what is wrong
};

const IdsRow kIds[] = {
    {"Nothing", "[]", ""},
    {"None", R"([{"Contents": "None"}, {"Contents": null}])", ""},
    {"List", R"([{"Contents": ["a", 7]}])", "a,7,"},
    {"Text", R"([{"Contents": "[\"a\"]"}, {"Contents": ["b"]}])", "a,b,"},
    {"Object", R"([{"Contents": {"a": 1}}])", "error: get-modified-remote-data answered with no list of ids"},
    {"Words", R"([{"Contents": "a, b"}])", "error: get-modified-remote-data answered with no list of ids"},
    {"Lists", R"([{"Contents": [["a"]]}])",
     "error: get-modified-remote-data answered with an id that is neither text nor number"},
};

class ModifiedIds : public ::testing::TestWithParam<IdsRow> {};

TEST_P(ModifiedIds, AreRead) {
  const auto ids = modified_ids_from(new_entries(GetParam().entries));
  std::string text;
  if (!ids) {
    text = "error: " + ids.error().message();
  } else {
    for (const std::string& id : *ids) text += id + ",";
  }
  EXPECT_EQ(text, GetParam().ids);
}

INSTANTIATE_TEST_SUITE_P(Table, ModifiedIds, ::testing::ValuesIn(kIds), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
