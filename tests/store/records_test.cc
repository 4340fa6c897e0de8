#include <random>

#include "berth/store/content_sources.h"
#include "berth/store/contexts.h"
#include "berth/store/entries.h"
#include "berth/store/fetch_states.h"
#include "berth/store/indicators.h"
#include "berth/store/integration_contexts.h"
#include "berth/store/lists.h"
#include "berth/store/relationships.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

Json json(std::string_view text) { return *parse_json(text); }
Time at(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

struct BadId {
  const char* name;
  std::string text;
};
const BadId kBadIds[] = {
    {"Empty", ""},        {"NoAt", "12"},          {"NoNumber", "@7"},   {"NoInvestigation", "12@"},
    {"Zero", "0@7"},      {"LeadingZero", "01@7"}, {"Negative", "-1@7"}, {"Space", " 1@7"},
    {"Trailing", "1@7x"}, {"TwoAts", "1@7@8"},     {"Hex", "0x1@7"},     {"TooLarge", "99999999999999999999@7"},
};
class BadEntryId : public ::testing::TestWithParam<BadId> {};
TEST_P(BadEntryId, IsRefused) {
  EXPECT_TRUE(testing::fails_with(parse_entry_id(GetParam().text), Errc::InvalidInput, "reads like '12@7'"));
}
INSTANTIATE_TEST_SUITE_P(Table, BadEntryId, ::testing::ValuesIn(kBadIds), [](auto& row) { return row.param.name; });

TEST(EntryIds, ReadAsTheyArePrinted) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 1000; ++i) {
    const auto number = [&] { return static_cast<std::int64_t>(random() >> (1 + random() % 62) | 1); };
    const EntryId id{number(), number()};
    EXPECT_EQ(parse_entry_id(to_string(id)).value_or(EntryId{}), id);
  }
}

TEST_F(State, InvestigationsCountFromTwo) {
  Database database = open();
  Investigations investigations(database);
  const auto first =
      investigations.add({.name = "a", .type = "Phishing", .incident = json(R"({"id":"9"})"), .at = at(5)});
  ASSERT_TRUE(testing::ok(first));
  EXPECT_EQ(first->id, kFirstInvestigation);
  ASSERT_TRUE(testing::ok(investigations.add({.name = "b", .type = "", .incident = nullptr})));
  auto read = investigations.get(2);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->name, "a");
  EXPECT_EQ(read->incident, json(R"({"id":"9"})"));
  EXPECT_EQ(read->created, at(5));
  EXPECT_TRUE(investigations.get(3)->incident.is_null());
  EXPECT_TRUE(testing::fails_with(investigations.get(1), Errc::NotFound, "investigation 1"));
  EXPECT_TRUE(testing::fails_with(investigations.add({.name = "c", .type = "", .incident = 5}), Errc::InvalidInput,
                                  "must be a JSON object"));
}

TEST_F(State, InvestigationsAreClosedAndFiltered) {
  Database database = open();
  Investigations investigations(database);
  for (const char* type : {"x", "y", "x"}) {
    ASSERT_TRUE(testing::ok(investigations.add({.name = type, .type = type, .incident = nullptr})));
  }
  ASSERT_TRUE(testing::ok(investigations.close(3, "resolved", "it was nothing", at(9))));
  EXPECT_EQ(investigations.get(3)->close_notes, "it was nothing");
  EXPECT_FALSE(investigations.get(3)->is_open());
  EXPECT_EQ(investigations.list({.open = true})->size(), 2u);
  EXPECT_EQ(investigations.list({.open = false})->front().id, 3);
  EXPECT_EQ(investigations.list({.type = "x", .after = 2})->front().id, 4);
  EXPECT_EQ(investigations.list({.limit = 1})->size(), 1u);
  ASSERT_TRUE(testing::ok(investigations.reopen(3)));
  EXPECT_TRUE(investigations.get(3)->is_open());
  auto changed = *investigations.get(2);
  changed.name = "new";
  ASSERT_TRUE(testing::ok(investigations.update(changed, at(77))));
  EXPECT_EQ(investigations.get(2)->name, "new");
  EXPECT_EQ(investigations.get(2)->modified, at(77));
  ASSERT_TRUE(testing::ok(investigations.set_incident_fields(2, json(R"({"severity":3})"))));
  EXPECT_EQ(*investigations.set_incident_fields(2, json(R"({"owner":"ada"})")),
            json(R"({"severity":3,"owner":"ada"})"));
  for (const auto& missing : {investigations.close(50, "", ""), investigations.reopen(50)}) {
    EXPECT_TRUE(testing::fails_with(missing, Errc::NotFound, "50"));
  }
}

TEST_F(State, EntriesOfOneCallComeTogether) {
  Database database = open();
  const InvestigationId investigation = an_investigation(database);
  Entries entries(database);
  const std::vector<NewEntry> answer = {
      {.entry = json(R"({"Type":1,"Contents":"a"})"), .at = at(1), .call_id = "C1", .tags = {"evidence", "é"}},
      {.entry = json(R"({"Type":4,"Contents":"b"})"), .at = at(2), .parent = "1@2", .call_id = "C1", .note = true},
      {.entry = json(R"({"Contents":NaN})"), .at = at(3), .call_id = "C2", .pinned = true}};
  const auto ids = entries.add(investigation, answer);
  ASSERT_TRUE(testing::ok(ids));
  EXPECT_EQ(to_string(ids->back()), "3@2");
  const auto second = entries.get((*ids)[1]);
  ASSERT_TRUE(testing::ok(second));
  EXPECT_EQ(second->type, 4);
  EXPECT_EQ(second->content.parent, "1@2");
  EXPECT_TRUE(second->content.note);
  EXPECT_EQ(second->content.entry, answer[1].entry);
  EXPECT_EQ(entries.get((*ids)[0])->content.tags, answer[0].tags);
  EXPECT_EQ(entries.get((*ids)[2])->content.entry, answer[2].entry);
  const auto numbers = [&](const EntryFilter& filter) {
    std::string text;
    const auto listed = entries.list(investigation, filter);
    EXPECT_TRUE(testing::ok(listed));
    for (const Entry& entry : *listed) text += std::to_string(entry.id.number);
    return text;
  };
  EXPECT_EQ(numbers({}), "123");
  EXPECT_EQ(numbers({.types = {1}}), "13");
  EXPECT_EQ(numbers({.types = {4, 7}}), "2");
  EXPECT_EQ(numbers({.tag = "é"}), "1");
  EXPECT_EQ(numbers({.call_id = "C1"}), "12");
  EXPECT_EQ(numbers({.note = true}), "2");
  EXPECT_EQ(numbers({.after = 1, .limit = 1}), "2");
  EXPECT_EQ(numbers({.newest_first = true, .before = 3}), "21");
}

TEST_F(State, EntriesAreAllKeptOrNone) {
  Database database = open();
  const InvestigationId investigation = an_investigation(database);
  Entries entries(database);
  const std::vector<NewEntry> answer = {{.entry = Json::object()}, {.entry = "text"}};
  EXPECT_TRUE(testing::fails_with(entries.add(investigation, answer), Errc::InvalidInput, "must be a JSON object"));
  EXPECT_EQ(entries.count(investigation).value_or(-1), 0);
  EXPECT_TRUE(testing::fails_with(entries.add(99, {.entry = Json::object()}), Errc::NotFound, "investigation 99"));
  EXPECT_TRUE(testing::fails_with(entries.get({1, investigation}), Errc::NotFound, "1@2"));
  const auto id = entries.add(investigation, {.entry = Json::object()});
  ASSERT_TRUE(testing::ok(id));
  ASSERT_TRUE(testing::ok(entries.set_note(*id, true)));
  ASSERT_TRUE(testing::ok(entries.set_pinned(*id, true)));
  ASSERT_TRUE(testing::ok(entries.set_tags(*id, {"a"})));
  const auto changed = entries.get(*id);
  EXPECT_TRUE(changed->content.note && changed->content.pinned);
  EXPECT_EQ(changed->content.tags, std::vector<std::string>{"a"});
  EXPECT_TRUE(testing::fails_with(entries.set_note({9, 2}, true), Errc::NotFound, "9@2"));
}

TEST_F(State, RefusesJsonThatCouldNotBeReadAgain) {
  Database database = open();
  const InvestigationId investigation = an_investigation(database);
  Contexts contexts(database);
  Json deep = Json::object();
  for (int i = 0; i < 1100; ++i) deep = Json::object().set("a", std::move(deep));
  const auto too_deep = contexts.update(investigation, [&](Json& context) -> Result<void> {
    context = deep;
    return {};
  });
  EXPECT_TRUE(testing::fails_with(too_deep, Errc::Exhausted, "deeper than 1000"));
  const auto too_large = contexts.update(investigation, [&](Json& context) -> Result<void> {
    context.set("a", std::string(Contexts::kMostContextBytes, 'x'));
    return {};
  });
  EXPECT_TRUE(testing::fails_with(too_large, Errc::Exhausted, "more than the limit"));
  EXPECT_EQ(contexts.get(investigation).value_or(nullptr), Json::object());
}

TEST_F(State, ContextsAreChangedInOneStep) {
  Database database = open();
  const InvestigationId investigation = an_investigation(database);
  Contexts contexts(database);
  EXPECT_EQ(*contexts.get(investigation), Json::object());
  ASSERT_TRUE(testing::ok(contexts.update(investigation, [](Json& context) -> Result<void> {
    context.set("a", 1);
    return {};
  })));
  const auto refused = contexts.update(investigation, [](Json& context) -> Result<void> {
    context.set("b", 2);
    return fail(Errc::InvalidInput, "no");
  });
  EXPECT_TRUE(testing::fails_with(refused, Errc::InvalidInput, "no"));
  EXPECT_EQ(*contexts.get(investigation), json(R"({"a":1})"));
  EXPECT_TRUE(testing::fails_with(contexts.get(9), Errc::NotFound, "investigation 9"));
}

TEST_F(State, ListsAreReadAndChanged) {
  Database database = open();
  Lists lists(database);
  ASSERT_TRUE(testing::ok(lists.set("hosts", "a")));
  EXPECT_EQ(lists.get("hosts")->type, "plain_text");
  ASSERT_TRUE(testing::ok(lists.append("hosts", "b")));
  ASSERT_TRUE(testing::ok(lists.append("hosts", "c", "\n")));
  EXPECT_EQ(lists.get("hosts")->data, "a,b\nc");
  ASSERT_TRUE(testing::ok(lists.set("hosts", "[]", "json")));
  ASSERT_TRUE(testing::ok(lists.set("hosts", "")));
  ASSERT_TRUE(testing::ok(lists.append("hosts", "first")));
  EXPECT_EQ(lists.get("hosts")->data, "first");
  EXPECT_EQ(lists.get("hosts")->type, "json");
  ASSERT_EQ(lists.list()->size(), 1u);
  ASSERT_TRUE(testing::ok(lists.remove("hosts")));
  EXPECT_TRUE(testing::fails_with(lists.remove("hosts"), Errc::NotFound, "hosts"));
  EXPECT_TRUE(testing::fails_with(lists.append("hosts", "b"), Errc::NotFound, "hosts"));
  EXPECT_TRUE(testing::fails_with(lists.set("", "b"), Errc::InvalidInput, "needs a name"));
}

TEST_F(State, IntegrationContextsAreVersioned) {
  Database database = open();
  add_instance(database, "one");
  IntegrationContexts contexts(database);
  EXPECT_EQ(contexts.get("one")->version, 0);
  EXPECT_EQ(contexts.set("one", json(R"({"token":"a"})"), 0).value_or(-1), 1);
  EXPECT_TRUE(testing::fails_with(contexts.set("one", Json::object(), 0), Errc::Conflict,
                                  "version 0 was expected and 1 is stored"));
  EXPECT_EQ(contexts.set("one", json(R"({"token":"b"})"), IntegrationContexts::kAnyVersion).value_or(-1), 2);
  EXPECT_EQ(contexts.get("one")->value, json(R"({"token":"b"})"));
  EXPECT_TRUE(testing::fails_with(contexts.set("two", Json::object(), 0), Errc::NotFound, "'two'"));
  EXPECT_TRUE(testing::fails_with(contexts.get("two"), Errc::NotFound, "'two'"));
  ASSERT_TRUE(testing::ok(Instances(database).remove("one")));
  EXPECT_TRUE(testing::fails_with(contexts.get("one"), Errc::NotFound, "'one'"));
}

TEST_F(State, FetchesAreKeptWithWhatTheyBrought) {
  Database database = open();
  add_instance(database, "one");
  FetchStates states(database);
  Indicators indicators(database);
  EXPECT_EQ(*states.get("one", FetchKind::LastRun), Json::object());
  const Indicator found{.type = "IP", .value = "192.0.2.1"};
  const auto fetch = [&](bool stop) {
    return database.transaction([&]() -> Result<void> {
      BERTH_CHECK_OK(indicators.upsert({{found}}));
      BERTH_CHECK_OK(Investigations(database).add({.name = "fetched", .type = "", .incident = nullptr}));
      BERTH_CHECK_OK(states.set("one", {{FetchKind::LastRun, json(R"({"t":1})")}, {FetchKind::LastMirrorRun, 2}}));
      if (stop) return fail(Errc::Internal, "cut short");
      return {};
    });
  };
  EXPECT_FALSE(fetch(true).has_value());
  EXPECT_EQ(*states.get("one", FetchKind::LastRun), Json::object());
  EXPECT_EQ(indicators.count({}).value_or(-1), 0);
  ASSERT_TRUE(testing::ok(fetch(false)));
  EXPECT_EQ(*states.get("one", FetchKind::LastRun), json(R"({"t":1})"));
  EXPECT_EQ(*states.get("one", FetchKind::LastMirrorRun), Json(2));
  EXPECT_EQ(indicators.count({}).value_or(-1), 1);
  ASSERT_TRUE(testing::ok(states.reset("one")));
  EXPECT_EQ(*states.get("one", FetchKind::LastRun), Json::object());
  EXPECT_TRUE(testing::fails_with(states.set("none", {}), Errc::NotFound, "'none'"));
}

TEST_F(State, IndicatorsAreMerged) {
  Database database = open();
  Indicators indicators(database);
  const Indicator first{.type = "IP",
                        .value = "192.0.2.1",
                        .fields = json(R"({"country":"NO","tags":["a"]})"),
                        .score = 3,
                        .first_seen = at(50),
                        .last_seen = at(60),
                        .source_brand = "Harbour",
                        .source_instance = "one",
                        .expires = at(900)};
  const Indicator again{.type = "IP",
                        .value = "192.0.2.1",
                        .fields = json(R"({"tags":["b"]})"),
                        .first_seen = at(40),
                        .last_seen = at(55)};
  const auto stored = indicators.upsert({{first, again}}, at(100));
  ASSERT_TRUE(testing::ok(stored));
  EXPECT_EQ(stored->created, 1);
  EXPECT_EQ(stored->updated, 1);
  const auto found = indicators.find("IP", "192.0.2.1");
  ASSERT_TRUE(testing::ok(found));
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->fields, json(R"({"country":"NO","tags":["b"]})"));
  EXPECT_EQ((*found)->score, 3);
  EXPECT_EQ((*found)->first_seen, at(40));
  EXPECT_EQ((*found)->last_seen, at(60));
  EXPECT_EQ((*found)->source_instance, "one");
  EXPECT_EQ((*found)->expires, at(900));
  EXPECT_FALSE(indicators.find("Domain", "192.0.2.1")->has_value());
  EXPECT_TRUE(testing::fails_with(indicators.upsert({{Indicator{.type = "IP"}}}), Errc::InvalidInput, "needs a value"));
}

TEST_F(State, StoresTwoThousandIndicatorsAtOnce) {
  Database database = open();
  Indicators indicators(database);
  std::vector<Indicator> many;
  for (int i = 0; i < 2000; ++i) {
    many.push_back({.type = i % 2 == 0 ? "IP" : "Domain", .value = fmt::format("Host{}.example", i), .score = i % 4});
  }
  ASSERT_TRUE(testing::ok(indicators.upsert(many, at(100))));
  EXPECT_EQ(indicators.upsert(many, at(200))->updated, 2000);
  EXPECT_EQ(indicators.count({}).value_or(-1), 2000);
  EXPECT_EQ(indicators.count({.type = "IP"}).value_or(-1), 1000);
  EXPECT_EQ(indicators.count({.text = "hOST199"}).value_or(-1), 11);
  EXPECT_EQ(indicators.count({.text = "%"}).value_or(-1), 0);
  EXPECT_EQ(indicators.count({.score = 3}).value_or(-1), 500);
  EXPECT_EQ(indicators.count({.modified_from = at(200), .modified_to = at(201)}).value_or(-1), 2000);
  EXPECT_EQ(indicators.count({.modified_to = at(200)}).value_or(-1), 0);
  const auto page = indicators.search({.type = "Domain"}, {.limit = 3});
  ASSERT_EQ(page->size(), 3u);
  EXPECT_EQ(indicators.search({.type = "Domain"}, {.after = page->back().id, .limit = 1})->front().value,
            "Host7.example");
  EXPECT_EQ(indicators.search({}, {.offset = 1999})->front().value, "Host1999.example");
  EXPECT_TRUE(indicators.remove(page->front().id).value_or(false));
  EXPECT_FALSE(indicators.remove(page->front().id).value_or(true));
  EXPECT_EQ(indicators.remove({.type = "Domain"}).value_or(-1), 999);
}

TEST_F(State, RelationshipsAreFoundFromBothEnds) {
  Database database = open();
  Relationships relationships(database);
  const Relationship resolves{.name = "resolves-to",
                              .reverse_name = "resolved-from",
                              .type = "IndicatorToIndicator",
                              .a = {"Domain", "a.example"},
                              .b = {"IP", "192.0.2.1"},
                              .fields = json(R"({"x":1})")};
  Relationship other = resolves;
  other.b.value = "192.0.2.2";
  EXPECT_EQ(relationships.upsert({{resolves, other, resolves}}, at(1))->updated, 1);
  EXPECT_EQ(relationships.search({.values = {"a.example"}})->size(), 2u);
  const auto found = relationships.search({.values = {"192.0.2.2"}, .names = {"resolves-to"}, .end_type = "IP"});
  ASSERT_TRUE(testing::ok(found));
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().a, resolves.a);
  EXPECT_EQ(found->front().fields, resolves.fields);
  EXPECT_EQ(relationships.count({.names = {"uses"}}).value_or(-1), 0);
  EXPECT_EQ(relationships.remove({.values = {"192.0.2.1"}}).value_or(-1), 1);
  EXPECT_EQ(relationships.count({}).value_or(-1), 1);
  EXPECT_TRUE(testing::fails_with(relationships.upsert({{Relationship{}}}), Errc::InvalidInput, "needs a name"));
  const RelationshipFilter wide{.values = std::vector<std::string>(1001, "x")};
  EXPECT_TRUE(testing::fails_with(relationships.search(wide), Errc::InvalidInput, "more than 1000"));
}

TEST_F(State, ContentSourcesAreRegistered) {
  Database database = open();
  ContentSources sources(database);
  const ContentSource source{.name = "ours",
                             .path = "/srv/content",
                             .origin = ContentOrigin::Git,
                             .details = json(R"({"revision":"abc"})"),
                             .added = at(3)};
  ASSERT_TRUE(testing::ok(sources.add(source)));
  EXPECT_TRUE(testing::fails_with(sources.add(source), Errc::AlreadyExists, "'ours'"));
  EXPECT_EQ(sources.get("ours")->origin, ContentOrigin::Git);
  EXPECT_EQ(sources.get("ours")->details, source.details);
  EXPECT_TRUE(testing::fails_with(sources.add({.name = "x", .path = "here"}), Errc::InvalidInput, "must be absolute"));
  ASSERT_TRUE(testing::ok(sources.update({.name = "ours", .path = "/srv/new", .origin = ContentOrigin::Zip})));
  EXPECT_EQ(sources.list()->front().path, "/srv/new");
  EXPECT_EQ(sources.list()->front().origin, ContentOrigin::Zip);
  ASSERT_TRUE(testing::ok(sources.remove("ours")));
  EXPECT_TRUE(testing::fails_with(sources.get("ours"), Errc::NotFound, "'ours'"));
}

}  // namespace
}  // namespace berth::store
