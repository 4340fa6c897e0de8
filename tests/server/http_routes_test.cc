#include "berth/server/http_routes.h"

#include <gmock/gmock.h>

#include "berth/store/indicators.h"
#include "berth/store/instances.h"
#include "berth/store/lists.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using ::testing::HasSubstr;
using testing::json;
using testing::ok;
using testing::StateFolder;

// Investigation 2 is the caller's own, 3 another one.
class Http {
 public:
  Http() {
    store::Instance instance;
    instance.name = "Harbour_1";
    instance.brand = "Harbour";
    instance.parameters = Json::object().set("url", "https://x.example");
    EXPECT_TRUE(ok(store::Instances(folder_.database()).add(instance)));
    EXPECT_TRUE(ok(store::Lists(folder_.database()).set("hosts", "a,b")));
    auto entries = testing::new_entries(R"([{"Contents": "note"}])");
    EXPECT_TRUE(ok(own_.post(entries, {}, script_)));
  }

  Result<Json> ask(std::string_view method, std::string_view uri, const Json& body,
                   const Caller& caller = testing::script()) {
    Json args = Json::object();
    args.set("method", method).set("uri", uri).set("body", body);
    return answer_http_request(args, {own_, folder_.state(), script_, caller});
  }

  StateFolder folder_;
  testing::NoScript script_;
  StoredInvestigation own_ = folder_.add_investigation("own", json(R"({"name": "own", "severity": 1})"));
  StoredInvestigation other_ = folder_.add_investigation("other", json(R"({"name": "other", "severity": 2})"));
};

struct HttpRow {
  const char* name;
  const char* method;
  const char* uri;
  Json body;
  int status;
  const char* answer;  // stands in the body
  Caller caller = testing::script();
};

const HttpRow kRows[] = {
    {"Lists", "GET", "/lists", Json(), 200,
     R"([{"id": "hosts", "name": "hosts", "type": "plain_text", "data": "a,b"}])"},
    {"ListsWithASlash", "GET", "/lists/", Json(), 200, R"("data": "a,b")"},
    {"ListsOfAPage", "GET", "/lists", json(R"({"size": 1, "page": 1})"), 200, "[]"},
    {"ListsOfNoSize", "GET", "/lists", json(R"({"size": 10001})"), 400, "argument 'size' is no whole number"},
    {"ListsOfAnIntegration", "GET", "/lists", Json(), 403, "'lists' is a route for scripts, and 'Harbour' is",
     testing::integration()},
    {"Packs", "GET", "/contentpacks/metadata/installed", Json(), 200, "[]"},
    {"Instances", "POST", "/settings/integration/search", Json(R"({"size":1000})"), 200,
     R"({"instances": [{"id": "Harbour_1", "name": "Harbour_1", "brand": "Harbour", "enabled": "true"}]})"},
    {"InstancesOfAPage", "POST", "/settings/integration/search", json(R"({"size": 1, "page": 1})"), 200,
     R"({"instances": []})"},
    {"InstancesOfAnIntegration", "POST", "/settings/integration/search", Json(), 403,
     "is a route for scripts, and 'Harbour' is", testing::integration()},
    {"IncidentsOfAnIntegration", "POST", "/incidents/search", Json(), 200, R"("total": 1)", testing::integration()},
    {"Indicators", "POST", "/indicators/search", json(R"({"page": 0, "size": 10, "query": "type:IP"})"), 200,
     R"({"iocs": [], "total": 0, "searchAfter": null})"},
    {"IndicatorsOfABadQuery", "POST", "/indicators/search", json(R"({"query": "(a"})"), 400, R"("detail": "query, at)"},
    {"Relationships", "POST", "/relationships/search", json(R"({"entities": ["a"]})"), 200,
     R"({"data": [], "total": 0})"},
    {"IncidentsOfItsOwn", "POST", "/incidents/search", Json(R"({"filter": {"query": ""}})"), 200, R"("total": 1)"},
    {"IncidentsOfAPerson", "POST", "incidents/search", json(R"({"filter": {"query": "name:other"}})"), 200,
     R"("total": 1)", testing::person()},
    {"IncidentsSinceLongAgo", "POST", "incidents/search",
     json(R"({"filter": {"period": {"by": "day", "fromValue": 30}, "sort": [{"field": "severity", "asc": false}]}})"),
     200, R"("total": 2)", testing::person()},
    {"IncidentsSinceTomorrow", "POST", "incidents/search",
     json(R"({"filter": {"fromDate": "2999-01-01T00:00:00Z", "period": {"by": "day", "fromValue": 30}}})"), 200,
     R"("total": 0)", testing::person()},
    {"IncidentsOfNoSize", "POST", "incidents/search", json(R"({"filter": {"size": -1}})"), 400,
     "argument 'size' is no whole number"},
    {"IncidentsOfABadOrder", "POST", "incidents/search", json(R"({"filter": {"sort": [{"asc": true}]}})"), 400,
     "is no order"},
    {"IncidentsWithoutABody", "POST", "incidents/search", Json(), 200, R"("total": 1)"},
    {"IncidentsOfABodyThatIsNone", "POST", "incidents/search", Json("[broken"), 200, R"("total": 1)"},
    {"Entries", "POST", "investigation/2", json(R"({"pageSize": 200})"), 200, R"("Contents": "note")"},
    {"EntriesElsewhere", "POST", "/investigation/3", Json(), 403, "rights.other_investigations"},
    {"EntriesOfNothing", "POST", "/investigation/99", Json(), 404, "there is no investigation 99", testing::person()},
};

class HttpRoutes : public ::testing::TestWithParam<HttpRow> {};

TEST_P(HttpRoutes, Answer) {
  Http http;
  const auto answer = http.ask(GetParam().method, GetParam().uri, GetParam().body, GetParam().caller);
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(*answer->find("statusCode"), Json(GetParam().status));
  EXPECT_THAT(answer->text_or("status", ""), ::testing::StartsWith(std::to_string(GetParam().status) + " "));
  const std::string body = answer->text_or("body", "?");
  EXPECT_THAT(body, HasSubstr(GetParam().answer));
  EXPECT_TRUE(ok(parse_json(body)));
  EXPECT_EQ(print_json(*answer->find("headers")), R"({"Content-Type": ["application/json"]})");
  EXPECT_THAT(body, ::testing::Not(HasSubstr("x.example")));
}

INSTANTIATE_TEST_SUITE_P(Table, HttpRoutes, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(HttpAnswers, HaveABound) {
  Http http;
  store::Lists lists(http.folder_.database());
  for (const char* name : {"a", "b"}) ASSERT_TRUE(ok(lists.set(name, std::string(9 << 20, 'x'))));
  const auto answer = http.ask("GET", "/lists", Json());
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(*answer->find("statusCode"), Json(413));
  EXPECT_THAT(answer->text_or("body", "?"), HasSubstr("ask for less with 'size' and 'page'"));
  const auto one = http.ask("GET", "/lists", json(R"({"size": 1, "page": 1})"));
  ASSERT_TRUE(ok(one));
  EXPECT_EQ(*one->find("statusCode"), Json(200));
  EXPECT_THAT(one->text_or("body", "?").substr(0, 50), HasSubstr(R"("name": "b")"));
  // So has what comes from elsewhere than lists.
  auto entries = testing::new_entries("[{}, {}]");
  for (NewEntry& entry : entries) entry.entry.set("Contents", std::string(9 << 20, 'x'));
  ASSERT_TRUE(ok(http.own_.post(entries, {}, http.script_)));
  EXPECT_EQ(*http.ask("POST", "investigation/2", Json())->find("statusCode"), Json(413));
}

struct UnknownRow {
  const char* name;
  const char* method;
  const char* uri;
};

const UnknownRow kUnknown[] = {
    {"Other", "GET", "/license"},
    {"OtherMethod", "POST", "/lists"},
    {"Nothing", "", ""},
    {"NoId", "POST", "investigation/"},
    {"Below", "POST", "investigation/2/workplan/tasks"},
    {"Query", "GET", "/lists?x=1"},
};

class UnknownRoutes : public ::testing::TestWithParam<UnknownRow> {};

TEST_P(UnknownRoutes, AreUnsupported) {
  Http http;
  EXPECT_TRUE(fails_with(http.ask(GetParam().method, GetParam().uri, Json()), Errc::Unavailable,
                         "Unsupported Command: only the original's own server can answer"));
}

INSTANTIATE_TEST_SUITE_P(Table, UnknownRoutes, ::testing::ValuesIn(kUnknown),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
