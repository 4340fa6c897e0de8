#include "berth/app/fetch_service.h"

#include <gmock/gmock.h>

#include "berth/app/checked_call.h"
#include "berth/app/long_running_service.h"
#include "berth/app/mirror_service.h"
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
    {"Mirroring",
     {.fetch_incidents = true, .mappable = true, .remote_sync_in = true, .remote_sync_out = true},
     R"({"isFetch": true})",
     {"fetch-incidents", "update-remote-system", "get-modified-remote-data"}},
    {"MirroringWithoutFetching",
     {.fetch_incidents = true, .remote_sync_in = true},
     R"({"isFetch": false})",
     {"get-modified-remote-data"}},
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

struct CountRow {
  const char* name;
  const char* entries;
  std::int64_t count;
};

const CountRow kCounts[] = {
    {"Nothing", "[]", 0},
    {"Lists", R"([{"Contents": [1, [2, 3]]}, {"Contents": "[4]"}, {"Contents": []}])", 3},
    {"WhatIsNone", R"([{"Contents": "done"}, {"Contents": {"a": [1]}}, {"Contents": null}, {}, 7])", 0},
};

class ListedIn : public ::testing::TestWithParam<CountRow> {};

TEST_P(ListedIn, CountsTheElements) { EXPECT_EQ(listed_in(entries_of(GetParam().entries)), GetParam().count); }

INSTANTIATE_TEST_SUITE_P(Table, ListedIn, ::testing::ValuesIn(kCounts), [](const auto& row) { return row.param.name; });

struct ScoreRow {
  const char* name;
  bool feed;
  const char* params;
  int score;
};

const ScoreRow kScores[] = {
    {"Good", true, R"({"feedReputation": "Good"})", 1},
    {"Suspicious", true, R"({"feedReputation": "Suspicious"})", 2},
    {"Bad", true, R"({"feedReputation": "Bad"})", 3},
    {"None", true, R"({"feedReputation": "None"})", 0},
    {"Empty", true, R"({"feedReputation": ""})", 0},
    {"Null", true, R"({"feedReputation": null})", 0},
    {"NotGiven", true, "{}", 0},
    {"NoFeed", false, R"({"feedReputation": "Bad"})", 0},
};

class FeedScore : public ::testing::TestWithParam<ScoreRow> {};

TEST_P(FeedScore, IsThatOfTheParameter) {
  content::Item item;
  item.flags.feed = GetParam().feed;
  EXPECT_EQ(feed_score_of(item, json(GetParam().params)), GetParam().score);
}

INSTANTIATE_TEST_SUITE_P(Table, FeedScore, ::testing::ValuesIn(kScores),
                         [](const auto& row) { return row.param.name; });

// --- what errors of mirroring mean -----------------------------------------------------------------------------------

struct MeaningRow {
  const char* name;
  const char* command;
  engine::Cause cause;
  const char* error;  // of an error entry; empty: there is none
  const char* raised;
  MirrorError meaning;
};

constexpr char kModified[] = "get-modified-remote-data";
constexpr auto kCompleted = engine::Cause::Completed;
constexpr auto kException = engine::Cause::Exception;

const MeaningRow kMeanings[] = {
    {"OfOne", "get-remote-data", kCompleted, "no such alert", "", MirrorError::ThisOne},
    {"OfOneRaised", "get-remote-data", kException, "", "NotImplementedError: x\n", MirrorError::ThisOne},
    {"RateLimit", "get-remote-data", kCompleted, "Failed: API rate limit", "", MirrorError::Everything},
    {"RateLimitRaised", "update-remote-system", kException, "", "Exception: API rate limit\n", MirrorError::Everything},
    {"OtherCase", "get-remote-data", kCompleted, "api rate limit", "", MirrorError::ThisOne},
    {"Skip", kModified, kCompleted, "skip update. error: down", "", MirrorError::Everything},
    {"NotThere", kModified, kCompleted, "Failed to execute: no such command", "", MirrorError::NotImplemented},
    {"NotThereRaised", kModified, kException, "", "NotImplementedError: no\n", MirrorError::NotImplemented},
    {"Raised", kModified, kException, "", "ValueError: no\n", MirrorError::ThisOne},
    {"Timeout", kModified, engine::Cause::Timeout, "", "", MirrorError::ThisOne},
};

class MirrorErrors : public ::testing::TestWithParam<MeaningRow> {};

TEST_P(MirrorErrors, SayHowToGoOn) {
  CallAnswer answer;
  answer.outcome.cause = GetParam().cause;
  if (*GetParam().error != '\0') {
    answer.new_entries.push_back({Json::object().set("Type", 4).set("Contents", GetParam().error), std::nullopt});
  }
  answer.record.exception = {"Traceback\n", GetParam().raised};
  EXPECT_EQ(meaning_of({GetParam().command, answer, "x", {}}), GetParam().meaning);
}

INSTANTIATE_TEST_SUITE_P(Table, MirrorErrors, ::testing::ValuesIn(kMeanings),
                         [](const auto& row) { return row.param.name; });

TEST(MeaningOf, ACallThatDidNotBeginIsOneOnly) {
  const StartError error{Error(Errc::Unavailable, "API rate limit"), true};
  EXPECT_EQ(meaning_of({kModified, std::unexpected(error), "x", {}}), MirrorError::ThisOne);
}

// --- long-running ----------------------------------------------------------------------------------------------------

TEST(PauseAfter, DoublesUpToTwoMinutes) {
  const std::pair<int, int> rows[] = {{1, 1},  {2, 2},   {3, 4},   {4, 8},       {5, 16}, {6, 32},
                                      {7, 64}, {8, 120}, {9, 120}, {1'000, 120}, {0, 1},  {-1, 1}};
  for (const auto& [failures, seconds] : rows) EXPECT_EQ(pause_after(failures).count(), seconds) << failures;
  EXPECT_EQ(pause_after(INT32_MAX).count(), 120);
}

}  // namespace
}  // namespace berth::app
