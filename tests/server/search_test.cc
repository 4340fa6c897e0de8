#include "berth/server/search.h"

#include <gmock/gmock.h>

#include "berth/store/indicators.h"
#include "berth/store/relationships.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;
using testing::StateFolder;

// Seven indicators: v1 to v7, of which every second is of type IP, with scores 1, 2, 3, 1, ...
void add_indicators(store::Database& database) {
  std::vector<store::Indicator> indicators;
  for (int i = 1; i <= 7; ++i) {
    store::Indicator one;
    one.value = "v" + std::to_string(i);
    one.type = i % 2 == 0 ? "IP" : "Domain";
    one.score = (i - 1) % 3 + 1;
    one.fields = Json::object().set("number", i);
    indicators.push_back(std::move(one));
  }
  ASSERT_TRUE(ok(store::Indicators(database).upsert(indicators)));
}

std::string names_in(const Json& answer, const char* list, const char* member) {
  std::string names;
  for (const Json& one : *answer.find(list)->as_array()) names += one.text_or(member, "?") + " ";
  return names;
}

struct IndicatorRow {
  const char* name;
  IndicatorSearch search;
  const char* values;
  std::int64_t total;
};

const IndicatorRow kIndicators[] = {
    {"All", {}, "v1 v2 v3 v4 v5 v6 v7 ", 7},
    {"Value", {.value = "v3", .query = "", .search_after = ""}, "v3 ", 1},
    {"ValueOfOtherCase", {.value = "V3", .query = "", .search_after = ""}, "", 0},
    {"Query", {.value = "", .query = "type:ip", .search_after = ""}, "v2 v4 v6 ", 3},
    {"QueryOfValue", {.value = "", .query = R"(value:"v5")", .search_after = ""}, "v5 ", 1},
    {"QueryOfValueInAnyCase", {.value = "", .query = "value:V5", .search_after = ""}, "v5 ", 1},
    {"QueryOfTwoValues", {.value = "", .query = "value:v1 value:v2", .search_after = ""}, "", 0},
    {"QueryOfOneOfValues", {.value = "", .query = "value:(v1 v2)", .search_after = ""}, "v1 v2 ", 2},
    {"QueryOfStar", {.value = "", .query = "value:v*", .search_after = ""}, "v1 v2 v3 v4 v5 v6 v7 ", 7},
    {"QueryOfNegatedValue", {.value = "", .query = "-value:v1 type:Domain", .search_after = ""}, "v3 v5 v7 ", 3},
    {"ValueAndQuery", {.value = "v2", .query = "type:Domain", .search_after = ""}, "", 0},
    {"ValueAndOtherValueInQuery", {.value = "v2", .query = "value:v3", .search_after = ""}, "", 0},
    {"Field", {.value = "", .query = "number:4", .search_after = ""}, "v4 ", 1},
    {"Verdict", {.value = "", .query = "verdict:malicious", .search_after = ""}, "v3 v6 ", 2},
    {"FirstPage", {.value = "", .query = "", .size = 3, .search_after = ""}, "v1 v2 v3 ", 7},
    {"SecondPage", {.value = "", .query = "", .size = 3, .page = 1, .search_after = ""}, "v4 v5 v6 ", 7},
    {"LastPage", {.value = "", .query = "", .size = 3, .page = 2, .search_after = ""}, "v7 ", 7},
    {"PageBehindTheLast", {.value = "", .query = "", .size = 3, .page = 3, .search_after = ""}, "", 7},
    {"PageOfAQuery", {.value = "", .query = "type:IP", .size = 2, .page = 1, .search_after = ""}, "v6 ", 3},
    {"After", {.value = "", .query = "", .size = 2, .search_after = "5"}, "v6 v7 ", 7},
    {"AfterGoesBeforePage", {.value = "", .query = "", .size = 2, .page = 9, .search_after = "1"}, "v2 v3 ", 7},
    {"AfterTheLast", {.value = "", .query = "", .search_after = "7"}, "", 7},
};

class IndicatorSearchTest : public ::testing::TestWithParam<IndicatorRow> {};

TEST_P(IndicatorSearchTest, Finds) {
  StateFolder folder;
  add_indicators(folder.database());
  const auto found = search_indicators(folder.database(), GetParam().search);
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(names_in(*found, "iocs", "value"), GetParam().values);
  EXPECT_EQ(*found->find("total"), Json(GetParam().total));
}

INSTANTIATE_TEST_SUITE_P(Table, IndicatorSearchTest, ::testing::ValuesIn(kIndicators),
                         [](const auto& row) { return row.param.name; });

TEST(IndicatorSearch, GoesFromPageToPage) {
  StateFolder folder;
  add_indicators(folder.database());
  std::string values;
  IndicatorSearch search{.value = "", .query = "-type:IP", .size = 2, .page = 0, .search_after = ""};
  for (int page = 0; page < 10; ++page) {
    const auto found = search_indicators(folder.database(), search);
    ASSERT_TRUE(ok(found));
    EXPECT_EQ(*found->find("total"), Json(4));
    const Json* after = found->find("searchAfter");
    if (after->is_null()) break;
    values += names_in(*found, "iocs", "value") + "| ";
    search.search_after = *after->as_array()->front().as_string();
  }
  EXPECT_EQ(values, "v1 v3 | v5 v7 | ");
}

TEST(IndicatorSearch, ReadsMoreThanThePagesOfTheDatabase) {
  StateFolder folder;
  std::vector<store::Indicator> indicators(2500);
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    indicators[i].type = "IP";
    indicators[i].value = std::to_string(i);
  }
  ASSERT_TRUE(ok(store::Indicators(folder.database()).upsert(indicators)));
  const auto found = search_indicators(folder.database(),
                                       {.value = "", .query = "value:*9", .size = 5, .page = 49, .search_after = ""});
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(*found->find("total"), Json(250));
  EXPECT_EQ(names_in(*found, "iocs", "value"), "2459 2469 2479 2489 2499 ");
}

struct RefusedRow {
  const char* name;
  const char* query;
  const char* after;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"Query", "(a", "", "a bracket that nothing closes"},
    {"AfterText", "", "x", "search: 'searchAfter' of 'x' is no number"},
    {"AfterNegative", "", "-1", "is no number"},
    {"AfterWithTail", "", "1 ", "is no number"},
    {"AfterTooLarge", "", "99999999999999999999", "is no number"},
};

class RefusedSearch : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedSearch, SaysWhy) {
  StateFolder folder;
  const IndicatorSearch search{.value = "", .query = GetParam().query, .search_after = GetParam().after};
  EXPECT_TRUE(fails_with(search_indicators(folder.database(), search), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedSearch, ::testing::ValuesIn(kRefused),
                         [](const auto& row) { return row.param.name; });

// --- relationships ---------------------------------------------------------------------------------------------------

struct RelationshipRow {
  const char* name;
  const char* filter;
  const char* ends;
  std::int64_t total;
};

const RelationshipRow kRelationships[] = {
    {"All", "{}", "a b c ", 3},
    {"NoFilter", "null", "a b c ", 3},
    {"Entity", R"({"entities": ["a"]})", "a c ", 2},
    {"EntityAsText", R"({"entities": "b"})", "a b ", 2},
    {"Values", R"({"values": ["b", "nobody"]})", "a b ", 2},
    {"Name", R"({"relationshipNames": ["uses"]})", "b ", 1},
    {"NameAndEntity", R"({"relationshipNames": ["uses"], "entities": ["a"]})", "", 0},
    {"Size", R"({"size": 1})", "a ", 3},
    {"SizeOfNone", R"({"size": 0})", "a ", 3},
    {"SizeThatIsNone", R"({"size": "x", "entities": [7, null]})", "a b c ", 3},
};

class RelationshipSearch : public ::testing::TestWithParam<RelationshipRow> {};

TEST_P(RelationshipSearch, Finds) {
  StateFolder folder;
  std::vector<store::Relationship> rows(3);
  const char* const ends[][3] = {{"related-to", "a", "b"}, {"uses", "b", "c"}, {"related-to", "c", "a"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].name = ends[i][0];
    rows[i].a = {"IP", ends[i][1]};
    rows[i].b = {"IP", ends[i][2]};
  }
  ASSERT_TRUE(ok(store::Relationships(folder.database()).upsert(rows)));
  const auto found = search_relationships(folder.database(), json(GetParam().filter));
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(names_in(*found, "data", "entityA"), GetParam().ends);
  EXPECT_EQ(*found->find("total"), Json(GetParam().total));
}

INSTANTIATE_TEST_SUITE_P(Table, RelationshipSearch, ::testing::ValuesIn(kRelationships),
                         [](const auto& row) { return row.param.name; });

// --- incidents -------------------------------------------------------------------------------------------------------

struct IncidentRow {
  const char* name;
  IncidentSearch search;
  const char* names;
  std::int64_t total;
};

IncidentSearch incident_search(const char* id, const char* name = "", std::vector<std::string> types = {},
                               const char* query = "") {
  IncidentSearch search;
  if (*id != '\0') search.ids = {id};
  if (*name != '\0') search.names = {name};
  search.types = std::move(types);
  search.query = query;
  return search;
}

IncidentSearch incident_page(std::int64_t size, std::int64_t page) {
  IncidentSearch search;
  search.size = size;
  search.page = page;
  return search;
}

IncidentSearch only(const char* id, const char* wanted = "") {
  IncidentSearch search;
  search.only = id;
  if (*wanted != '\0') search.ids = {wanted};
  return search;
}

IncidentSearch among(std::vector<std::string> ids, std::vector<std::string> names) {
  IncidentSearch search;
  search.ids = std::move(ids);
  search.names = std::move(names);
  return search;
}

IncidentSearch ordered(std::vector<SortKey> order, std::int64_t size = 100) {
  IncidentSearch search;
  search.order = std::move(order);
  search.size = size;
  return search;
}

// Investigations 2 to 6; 4 has no incident.
const IncidentRow kIncidents[] = {
    {"NewestFirst", {}, "six five three two ", 4},
    {"Id", incident_search("3"), "three ", 1},
    {"IdWithoutIncident", incident_search("4"), "", 0},
    {"IdThatIsNot", incident_search("99"), "", 0},
    {"IdThatIsNoNumber", incident_search("three"), "", 0},
    {"Name", incident_search("", "two"), "two ", 1},
    {"Types", incident_search("", "", {"Phishing", "none"}), "six five three two ", 4},
    {"OtherType", incident_search("", "", {"none"}), "", 0},
    {"Query", incident_search("", "", {}, "severity:1"), "five two ", 2},
    {"FirstPage", incident_page(3, 0), "six five three ", 4},
    {"LastPage", incident_page(3, 1), "two ", 4},
    {"PageBehindTheLast", incident_page(3, 2), "", 4},
    {"Only", only("3"), "three ", 1},
    {"Ids", among({"5", "2", "99"}, {}), "five two ", 2},
    {"Names", among({}, {"six", "two"}), "six two ", 2},
    {"Order", ordered({{"severity", false}}), "five two three six ", 4},
    {"OrderOfTwoFields", ordered({{"severity", false}, {"name", true}}), "two five three six ", 4},
    {"OrderBeforePages", ordered({{"id", false}}, 2), "two three ", 4},
    {"OnlyAndAnother", only("3", "2"), "", 0},
};

class IncidentSearchTest : public ::testing::TestWithParam<IncidentRow> {};

TEST_P(IncidentSearchTest, Finds) {
  StateFolder folder;
  folder.add_investigation("two", json(R"({"severity": 1})"));
  folder.add_investigation("three", json(R"({"severity": 2})"));
  folder.add_investigation("no incident");
  folder.add_investigation("five", json(R"({"severity": 1})"));
  folder.add_investigation("six", json(R"({"severity": 3})"));
  const auto found = search_incidents(folder.database(), GetParam().search);
  ASSERT_TRUE(ok(found));
  EXPECT_EQ(names_in(*found, "data", "name"), GetParam().names);
  EXPECT_EQ(*found->find("total"), Json(GetParam().total));
}

INSTANTIATE_TEST_SUITE_P(Table, IncidentSearchTest, ::testing::ValuesIn(kIncidents),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::server
