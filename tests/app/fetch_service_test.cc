#include "berth/app/fetch_service.h"

#include <gmock/gmock.h>

#include "berth/app/long_running_service.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

using ::testing::ElementsAreArray;
using testing::fails_with;
using testing::ok;

Json json(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(ok(value)) << text;
  return value ? *std::move(value) : Json();
}

// --- which commands --------------------------------------------------------------------------------------------------

struct CommandRow {
  const char* name;
  content::IntegrationFlags flags;
  const char* params;
  std::vector<std::string> commands;
};

const CommandRow kCommands[] = {
    {"NoFlag", {}, R"({"isFetch": true, "feed": true})", {}},
    {"Incidents", {.fetch_incidents = true}, "{}", {"fetch-incidents"}},
    {"IncidentsOn", {.fetch_incidents = true}, R"({"isFetch": true})", {"fetch-incidents"}},
    {"IncidentsOff", {.fetch_incidents = true}, R"({"isFetch": false})", {}},
    {"IncidentsOffInText", {.fetch_incidents = true}, R"({"isFetch": "false"})", {}},
    {"IncidentsEmpty", {.fetch_incidents = true}, R"({"isFetch": ""})", {}},
    {"IncidentsNull", {.fetch_incidents = true}, R"({"isFetch": null})", {"fetch-incidents"}},
    {"IncidentsOnInText", {.fetch_incidents = true}, R"({"isFetch": "true"})", {"fetch-incidents"}},
    {"Feed", {.feed = true}, R"({"isFetch": false})", {"fetch-indicators"}},
    {"FeedOff", {.feed = true}, R"({"feed": false})", {}},
    {"Everything",
     {.fetch_incidents = true, .fetch_events = true, .fetch_assets = true, .fetch_credentials = true, .feed = true},
     "{}",
     {"fetch-incidents", "fetch-events", "fetch-assets", "fetch-indicators", "fetch-credentials"}},
    {"SomeOff",
     {.fetch_incidents = true, .fetch_events = true, .fetch_assets = true, .fetch_credentials = true, .feed = true},
     R"({"isFetchEvents": false, "isFetchAssets": "false", "isFetchCredentials": ""})",
     {"fetch-incidents", "fetch-indicators"}},
    {"NoParams", {.feed = true}, "null", {"fetch-indicators"}},
};

class FetchCommands : public ::testing::TestWithParam<CommandRow> {};

TEST_P(FetchCommands, AreThoseOfFlagsAndParameters) {
  content::Item item;
  item.kind = content::ItemKind::Integration;
  item.flags = GetParam().flags;
  EXPECT_THAT(fetch_commands(item, json(GetParam().params)), ElementsAreArray(GetParam().commands));
}

INSTANTIATE_TEST_SUITE_P(Table, FetchCommands, ::testing::ValuesIn(kCommands),
                         [](const auto& row) { return row.param.name; });

// --- what came -------------------------------------------------------------------------------------------------------

std::vector<server::NewEntry> entries_of(std::string_view list) {
  std::vector<server::NewEntry> entries;
  const Json parsed = json(list);
  for (const Json& one : *parsed.as_array()) entries.push_back({one, std::nullopt});
  return entries;
}

struct ListRow {
  const char* name;
  const char* entries;
  const char* list;
};

const ListRow kLists[] = {
    {"NoEntry", "[]", "[]"},
    {"NoContents", R"([{"Type": 1}])", "[]"},
    {"Null", R"([{"Contents": null}])", "[]"},
    {"NullInText", R"([{"Contents": "null"}])", "[]"},
    {"EmptyText", R"([{"Contents": ""}])", "[]"},
    {"EmptyList", R"([{"Contents": "[]"}])", "[]"},
    {"ListInText", R"([{"Contents": "[{\"name\": \"a\"}]"}])", R"([{"name": "a"}])"},
    {"List", R"([{"Contents": [{"name": "a"}, 1]}])", R"([{"name": "a"}, 1])"},
    {"SeveralEntries", R"([{"Contents": [1]}, {"Contents": "[2, 3]"}, {"Contents": null}])", "[1, 2, 3]"},
    {"EntryThatIsNone", "[7, null]", "[]"},
};

class FetchedList : public ::testing::TestWithParam<ListRow> {};

TEST_P(FetchedList, IsOfAllEntries) {
  const auto list = fetched_list(entries_of(GetParam().entries));
  ASSERT_TRUE(ok(list));
  EXPECT_EQ(print_json(*list), GetParam().list);
}

INSTANTIATE_TEST_SUITE_P(Table, FetchedList, ::testing::ValuesIn(kLists),
                         [](const auto& row) { return row.param.name; });

struct NoListRow {
  const char* name;
  const char* entries;
  const char* why;
};

const NoListRow kNoLists[] = {
    {"Text", R"([{"Contents": "secret-canary"}])", "the fetch answered with text that is no list"},
    {"CutOff", R"([{"Contents": "[{\"user\": \"secret-canary\""}])", "the fetch answered with text that is no list"},
    {"Object", R"([{"Contents": {"secret": "canary"}}])", "the fetch answered with something that is no list"},
    {"ObjectInText", R"([{"Contents": "{}"}])", "something that is no list"},
    {"Number", R"([{"Contents": 5}])", "something that is no list"},
    {"OneOfSeveral", R"([{"Contents": [1]}, {"Contents": true}])", "something that is no list"},
};

class NoFetchedList : public ::testing::TestWithParam<NoListRow> {};

// What was fetched may be credentials: no text of it stands in the error.
TEST_P(NoFetchedList, IsRefusedWithoutItsText) {
  const auto list = fetched_list(entries_of(GetParam().entries));
  EXPECT_TRUE(fails_with(list, Errc::InvalidInput, GetParam().why));
  EXPECT_EQ(list.error().message().find("canary"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, NoFetchedList, ::testing::ValuesIn(kNoLists),
                         [](const auto& row) { return row.param.name; });

// --- long-running ----------------------------------------------------------------------------------------------------

TEST(PauseAfter, DoublesUpToTwoMinutes) {
  const std::pair<int, int> rows[] = {{1, 1},  {2, 2},   {3, 4},   {4, 8},       {5, 16}, {6, 32},
                                      {7, 64}, {8, 120}, {9, 120}, {1'000, 120}, {0, 1},  {-1, 1}};
  for (const auto& [failures, seconds] : rows) EXPECT_EQ(pause_after(failures).count(), seconds) << failures;
  EXPECT_EQ(pause_after(INT32_MAX).count(), 120);
}

}  // namespace
}  // namespace berth::app
