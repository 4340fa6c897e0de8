// Every row of docs/protocol.md, "Built-in calls": what it answers, and to whom.
#include "berth/server/requests.h"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "berth/server/mirroring.h"
#include "berth/store/instances.h"
#include "berth/store/mirror_turns.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using ::testing::HasSubstr;
using testing::json;
using testing::ok;
using testing::StateFolder;

class Requests {
 public:
  explicit Requests(MemoryOwner owner = {.instance = "Harbour_1", .is_fetch = true})
      : memory_(folder_.state(), std::move(owner)) {
    store::Instance instance;
    instance.name = "Harbour_1";
    instance.brand = "Harbour";
    EXPECT_TRUE(ok(store::Instances(folder_.database()).add(instance)));
    folder_.add_investigation("other", json(R"({"name": "other"})"));
  }

  Result<Json> ask(std::string_view name, const Json& args, const Caller& caller = testing::integration()) {
    return answer_request(name, args,
                          {{playground_, folder_.state(), script_, caller},
                           memory_,
                           "Harbour",
                           [this](std::string_view text, bool is_error) {
                             health_ += std::string(is_error ? "error: " : "") + std::string(text) + ";";
                           },
                           feed_score_});
  }
  Result<Json> ask(std::string_view name, const char* args) { return ask(name, json(args)); }
  std::string answer(std::string_view name, const char* args) {
    const auto answer = ask(name, args);
    return answer ? print_json(*answer) : "error: " + answer.error().message();
  }

  StateFolder folder_;
  IntegrationMemory memory_;
  testing::NoScript script_;
  Playground playground_;
  std::string health_;
  int feed_score_ = 0;
};

struct RequestRow {
  const char* name;
  const char* request;
  const char* args;
  const char* answer;
  bool for_scripts = false;
};

const RequestRow kRows[] = {
    {"LicenseId", "getLicenseID", "{}", R"({"id": ""})", true},
    {"LicenseField", "getLicenseCustomField", R"({"key": "k"})", "null", true},
    {"Http", "internalHttpRequest", R"({"method": "GET", "uri": "/x"})",
     "error: internalHttpRequest: Unsupported Command: only the original's own server can answer GET '/x'", true},
    {"ApiCall", "_apiCall", "{}",
     "error: _apiCall: Unsupported Command: only the original's own server can answer this", true},
    {"MapObject", "mapObject", "{}",
     "error: mapObject: Unsupported Command: only the original's own server can answer this", true},
    {"SearchIndicators", "searchIndicators", R"({"query": "type:IP"})",
     R"({"iocs": [], "total": 0, "searchAfter": null})", true},
    {"SearchIndicatorsNulls", "searchIndicators",
     R"({"value": null, "query": null, "size": null, "page": null, "searchAfter": null})",
     R"({"iocs": [], "total": 0, "searchAfter": null})", true},
    {"SearchIndicatorsSize", "searchIndicators", R"({"size": 0})",
     "error: searchIndicators: command 'searchIndicators': argument 'size' is no whole number from 1 to 10000", true},
    {"SearchIndicatorsAfter", "searchIndicators", R"({"searchAfter": ["x"]})",
     "error: searchIndicators: search: 'searchAfter' of 'x' is no number", true},
    {"SearchRelationships", "searchRelationships", R"({"filter": {"entities": ["a"]}})", R"({"data": [], "total": 0})",
     true},
    {"LastRun", "getLastRun", "{}", "{}"},
    {"SetLastRun", "setLastRun", R"({"value": {"a": 1}})", "null"},
    {"LastMirrorRun", "getLastMirrorRun", "{}", "{}"},
    {"SetLastMirrorRun", "setLastMirrorRun", R"({"value": {"a": 1}})", "null"},
    {"AssetsLastRun", "getAssetsLastRun", "{}", "{}"},
    {"SetAssetsLastRun", "setAssetsLastRun", R"({"value": {"a": 1}})", "null"},
    {"IntegrationContext", "getIntegrationContext", R"({"refresh": false})",
     R"({"context": {}, "version": {"version": 0, "sequenceNumber": 0, "primaryTerm": 1}})"},
    {"SetIntegrationContext", "setIntegrationContext",
     R"({"value": {"a": 1}, "version": {"version": -1}, "sync": true})", "null"},
    {"SetIntegrationContextConflict", "setIntegrationContext", R"({"value": {}, "version": {"version": 7}})",
     "error: setIntegrationContext: set the integration context: "},
    {"NoIncidents", "createIncidents", R"({"incidents": []})", "[]"},
    {"NullIncidents", "createIncidents", "{}", "[]"},
    {"IncidentsThatAreNone", "createIncidents", R"({"incidents": {"name": "x"}})",
     "error: createIncidents: create incidents: they are no list"},
    {"IncidentThatIsNone", "createIncidents", R"({"incidents": [{"name": "x"}, 7]})",
     "error: createIncidents: create incident 2: an incident is no object"},
    {"IncidentOfNoSeverity", "createIncidents", R"({"incidents": [{"severity": 9}]})",
     "error: createIncidents: create incident 1: severity '9' is none of "},
    {"NoAlerts", "createAlerts", R"({"alerts": []})", "[]"},
    {"Indicators", "createIndicators", R"({"indicators": [{"value": "a", "type": "IP"}]})", "null"},
    {"NoIndicators", "createIndicators", "{}", "null"},
    {"IndicatorsThatAreNone", "createIndicators", R"({"indicators": "x"})",
     "error: createIndicators: create indicators: they are no list"},
    {"IndicatorWithoutValue", "createIndicators", R"({"indicators": [{"value": "a"}, {}]})",
     "error: createIndicators: create an indicator: it has no value"},
    {"IndexHash", "getIndexHash", "null", R"("")"},
    {"Health", "updateModuleHealth", R"({"err": "down", "isError": true})", "null"},
    {"AddEntry", "addEntry", R"({"entry": "text"})", "null"},
    {"AddEntryElsewhere", "addEntry", R"({"id": "2", "entry": "text"})",
     "error: addEntry: 'Harbour' runs in investigation 1 and may not reach investigation 2; an operator can allow it: "
     "rights.other_investigations"},
    {"DirectMessage", "directMessage", R"({"message": "m"})", "null"},
    {"Mirror", "mirrorInvestigation", R"({"id": "2"})", "null"},
    {"FindUser", "findUser", R"({"username": "operator"})",
     R"({"id": "operator", "username": "operator", "name": "Operator", "email": ""})"},
    {"FindNobody", "findUser", R"({"email": "nobody@x.example"})", "{}"},
    {"EntitlementOfNothing", "handleEntitlementForUser", R"({"guid": "g"})",
     "error: handleEntitlementForUser: command 'handleEntitlementForUser': argument 'incidentID' is missing"},
    {"EntitlementWithoutGuid", "handleEntitlementForUser", R"({"incidentID": "1"})",
     "error: handleEntitlementForUser: command 'handleEntitlementForUser': argument 'guid' is missing"},
    {"EntitlementThatIsNot", "handleEntitlementForUser", R"({"incidentID": "1", "guid": "g"})",
     "error: handleEntitlementForUser: there is no entitlement 'g' in this run"},
    {"EntitlementElsewhere", "handleEntitlementForUser", R"({"incidentID": "2", "guid": "g"})",
     "error: handleEntitlementForUser: there is no entitlement 'g' in investigation 2"},
};

class RequestAnswers : public ::testing::TestWithParam<RequestRow> {};

TEST_P(RequestAnswers, OfAnIntegration) {
  Requests requests;
  const std::string answer = requests.answer(GetParam().request, GetParam().args);
  const std::string_view expected = GetParam().answer;
  if (expected.starts_with("error: ")) {
    EXPECT_EQ(answer.substr(0, expected.size()), expected);
  } else {
    EXPECT_EQ(answer, expected);
  }
}

TEST_P(RequestAnswers, OfAScript) {
  Requests requests;
  const auto answer = requests.ask(GetParam().request, json(GetParam().args), testing::script());
  const std::string refused =
      "'" + std::string(GetParam().request) + "' is a call of integrations, and 'Triage' is a script";
  if (GetParam().for_scripts) {
    EXPECT_TRUE(answer.has_value() || answer.error().code() != Errc::Denied);
  } else {
    EXPECT_TRUE(fails_with(answer, Errc::Denied, refused));
  }
}

// Whatever a script hands over, the answer is an answer or an error.
TEST_P(RequestAnswers, OfArgumentsThatAreNone) {
  for (const char* args :
       {"null", "[]", R"("text")", "7", "{}", R"({"value": [], "incidents": [null], "indicators": [[]],
        "entry": 5, "id": {}, "filter": 1, "version": "x", "searchAfter": [[]], "username": {}, "err": null})"}) {
    Requests requests;
    const auto answer = requests.ask(GetParam().request, args);
    EXPECT_TRUE(answer.has_value() || !answer.error().message().empty()) << args;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, RequestAnswers, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

// The rows above are those of the document, and those that are answered.
TEST(Requests, AreTheRowsOfTheDocument) {
  std::set<std::string> tested;
  for (const RequestRow& row : kRows) tested.insert(row.request);
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../docs/protocol.md");
  ASSERT_TRUE(file) << "docs/protocol.md is not where the sources are";
  std::stringstream text;
  text << file.rdbuf();
  std::string document = text.str();
  document = document.substr(document.find("### Built-in calls"));
  document = document.substr(0, document.find("### Entries"));
  std::set<std::string> documented;
  const std::regex name("`([A-Za-z_]+)`");
  std::istringstream lines(document);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string cell = line.substr(2, line.find(" | ", 2) - 2);
    for (std::sregex_iterator at(cell.begin(), cell.end(), name), end; at != end; ++at) documented.insert((*at)[1]);
  }
  documented.erase("command");
  EXPECT_EQ(documented, tested);
  for (const std::string& one : tested) EXPECT_TRUE(is_built_in_request(one)) << one;
}

TEST(Requests, KnowNoOthers) {
  Requests requests;
  for (const char* name : {"", "getlastrun", "Set", "getLastRun "}) {
    EXPECT_FALSE(is_built_in_request(name)) << name;
    EXPECT_TRUE(fails_with(requests.ask(name, "{}"), Errc::NotFound, "there is no call"));
  }
}

// --- what they change ------------------------------------------------------------------------------------------------

TEST(Requests, MakeIncidentsAndTheLastRunTogether) {
  Requests requests;
  const auto made =
      requests.ask("createIncidents", R"({"incidents": [{"name": "a", "type": "Phishing", "severity": "high",
    "rawJSON": "{}", "country": "NL"}, {"name": "b"}], "lastRun": {"time": 1}})");
  ASSERT_TRUE(ok(made));
  ASSERT_EQ(made->as_array()->size(), 2u);
  const Json& first = made->as_array()->front();
  EXPECT_EQ(first.text_or("id", ""), "3");
  EXPECT_EQ(first.text_or("type", ""), "Phishing");
  EXPECT_EQ(*first.find("severity"), Json(3));
  EXPECT_EQ(first.text_or("sourceBrand", ""), "Harbour");
  EXPECT_EQ(first.text_or("sourceInstance", ""), "Harbour_1");
  EXPECT_EQ(*first.find("CustomFields"), json(R"({"country": "NL"})"));
  EXPECT_EQ(*store::FetchStates(requests.folder_.database()).get("Harbour_1", store::FetchKind::LastRun),
            json(R"({"time": 1})"));
}

TEST(Requests, MakeAllIncidentsOrNone) {
  Requests requests;
  EXPECT_TRUE(
      fails_with(requests.ask("createIncidents", R"({"incidents": [{"name": "a"}, []], "lastRun": {"time": 1}})"),
                 Errc::InvalidInput, "create incident 2"));
  EXPECT_TRUE(fails_with(StoredInvestigation::open(requests.folder_.state(), "3"), Errc::NotFound, ""));
  EXPECT_EQ(*store::FetchStates(requests.folder_.database()).get("Harbour_1", store::FetchKind::LastRun),
            Json::object());
}

TEST(Requests, ATestLeavesNoLastRun) {
  Requests requests({.instance = "Harbour_1", .is_test = true});
  ASSERT_TRUE(ok(requests.ask("createIndicators", R"({"indicators": [], "lastRun": {"time": 1}})")));
  EXPECT_EQ(*store::FetchStates(requests.folder_.database()).get("Harbour_1", store::FetchKind::LastRun),
            Json::object());
}

TEST(Requests, MakeIndicatorsWithTheirRelationships) {
  Requests requests;
  ASSERT_TRUE(
      ok(requests.ask("createIndicators", R"({"indicators": [{"value": "a.example", "type": "Domain", "score": 3,
    "relationships": [{"name": "resolves-to", "entityA": "a.example", "entityB": "192.0.2.1"}]}], "lastRun": {"time": 2}})")));
  const auto found = requests.ask("searchIndicators", R"({"value": "a.example"})");
  ASSERT_TRUE(ok(found));
  ASSERT_EQ(found->find("iocs")->as_array()->size(), 1u);
  EXPECT_EQ(*found->find("iocs")->as_array()->front().find("sourceInstances"), json(R"(["Harbour_1"])"));
  const auto related = requests.ask("searchRelationships", R"({"filter": {"entities": ["192.0.2.1"]}})");
  ASSERT_TRUE(ok(related));
  EXPECT_EQ(*related->find("total"), Json(1));
  EXPECT_EQ(*store::FetchStates(requests.folder_.database()).get("Harbour_1", store::FetchKind::LastRun),
            json(R"({"time": 2})"));
}

TEST(Requests, MakeAllIndicatorsOrNone) {
  Requests requests;
  EXPECT_TRUE(
      fails_with(requests.ask("createIndicators", R"({"indicators": [{"value": "a", "type": ""}, {"value": "b"}]})"),
                 Errc::InvalidInput, "it needs a value and a type"));
  EXPECT_EQ(*requests.ask("searchIndicators", "{}")->find("total"), Json(0));
}

TEST(Requests, RememberWhatWasSet) {
  Requests requests;
  for (const char* kind : {"LastRun", "LastMirrorRun", "AssetsLastRun"}) {
    const Json value = Json::object().set("kind", kind);
    ASSERT_TRUE(ok(requests.ask(std::string("set") + kind, Json::object().set("value", value))));
    EXPECT_EQ(*requests.ask(std::string("get") + kind, "{}"), value);
  }
  EXPECT_EQ(requests.memory_.fetched().size(), 3u);
}

struct EntryRow {
  const char* name;
  const char* args;
  const char* contents;
};

const EntryRow kEntries[] = {
    {"Text", R"({"entry": "a"})", "a"},
    {"Footer", R"({"entry": "a", "footer": "\nsent"})", "a\nsent"},
    {"Object", R"({"entry": {"Contents": "b", "Type": 1}, "username": "u"})", "b"},
    {"Number", R"({"entry": 5})", "5"},
    {"Nothing", "{}", "null"},
};

class AddedEntry : public ::testing::TestWithParam<EntryRow> {};

TEST_P(AddedEntry, IsPosted) {
  Requests requests;
  ASSERT_TRUE(ok(requests.ask("addEntry", GetParam().args)));
  const auto entries = requests.playground_.entries({});
  ASSERT_TRUE(ok(entries));
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().text_or("Contents", ""), GetParam().contents);
}

INSTANTIATE_TEST_SUITE_P(Table, AddedEntry, ::testing::ValuesIn(kEntries),
                         [](const auto& row) { return row.param.name; });

TEST(Requests, TellOfHealth) {
  Requests requests;
  ASSERT_TRUE(ok(requests.ask("updateModuleHealth", R"({"err": "down", "isError": true})")));
  ASSERT_TRUE(ok(requests.ask("updateModuleHealth", R"({"err": {"eventsPulled": 3}})")));
  EXPECT_EQ(requests.health_, R"(error: down;{"eventsPulled": 3};)");
}

TEST(Requests, CountWhatIsHandedOver) {
  Requests requests;
  for (const char* health : {R"({"eventsPulled": 3})", R"({"assetsPulled": 5, "eventsPulled": 4})", R"("down")",
                             R"({"eventsPulled": -7})", R"({"eventsPulled": "9"})", "[1]"}) {
    ASSERT_TRUE(ok(requests.ask("updateModuleHealth", Json::object().set("err", json(health)))));
  }
  EXPECT_EQ(requests.memory_.handed_over().events, 7);
  EXPECT_EQ(requests.memory_.handed_over().assets, 5);
  ASSERT_TRUE(ok(requests.ask("createIndicators", R"({"indicators": [{"value": "a"}, {"value": "b"}]})")));
  ASSERT_TRUE(ok(requests.ask("createIndicators", R"({"indicators": [{"value": "b"}]})")));
  EXPECT_FALSE(requests.ask("createIndicators", R"({"indicators": [{"value": "c"}, {}]})").has_value());
  EXPECT_EQ(requests.memory_.handed_over().indicators_created, 2);
  EXPECT_EQ(requests.memory_.handed_over().indicators_updated, 1);
}

TEST(Requests, TheReputationOfAFeedGoesBeforeAnIndicatorsOwn) {
  Requests requests;
  requests.feed_score_ = 2;
  ASSERT_TRUE(ok(requests.ask("createIndicators", R"({"indicators": [{"value": "a", "score": 3}, {"value": "b"}]})")));
  requests.feed_score_ = 0;
  ASSERT_TRUE(ok(requests.ask("createIndicators", R"({"indicators": [{"value": "c", "score": 3}, {"value": "d"}]})")));
  const auto found = requests.ask("searchIndicators", "{}");
  ASSERT_TRUE(ok(found));
  std::string scores;
  for (const Json& one : *found->find("iocs")->as_array()) {
    scores += one.text_or("value", "") + print_json(*one.find("score"));
  }
  EXPECT_EQ(scores, "a2b2c3d0");
}

TEST(Requests, IncidentsBeginToBeMirrored) {
  Requests requests;
  ASSERT_TRUE(ok(requests.ask("createIncidents", R"({"incidents": [
    {"name": "ours", "dbotMirrorId": "1", "dbotMirrorDirection": "Both", "dbotMirrorInstance": "Harbour_1"},
    {"name": "raw", "rawJSON": "{\"mirror_id\": \"2\", \"mirror_direction\": \"Out\", \"mirror_instance\": \"Harbour_1\"}"},
    {"name": "another's", "dbotMirrorId": "3", "dbotMirrorDirection": "Both", "dbotMirrorInstance": "Vault_1"},
    {"name": "none", "dbotMirrorId": "4", "dbotMirrorInstance": "Harbour_1"}]})")));
  store::Database& database = requests.folder_.database();
  store::MirrorTurns turns(database);
  const auto mirrored = turns.to_tell("Harbour_1", 10);
  ASSERT_TRUE(ok(mirrored));
  ASSERT_EQ(mirrored->size(), 2u);
  EXPECT_EQ(mirrored_incident(database, mirrored->at(1).id)->terms.remote_id, "2");
  EXPECT_TRUE(turns.to_tell("Vault_1", 10)->empty());
  // What is changed from here on goes over.
  const store::InvestigationId ours = mirrored->at(0).id;
  ASSERT_TRUE(ok(store::Investigations(database).set_incident_fields(ours, json(R"({"owner": "ada"})"))));
  const auto update = outgoing_update(database, *mirrored_incident(database, ours));
  ASSERT_TRUE(ok(update));
  ASSERT_TRUE(update->has_value());
  EXPECT_EQ(*(*update)->args.find("delta"), json(R"({"owner": "ada"})"));
}

}  // namespace
}  // namespace berth::server
