#include "berth/http/turns.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace berth::http {
namespace {

constexpr std::size_t kMany = 99;

// "1a" is a call of user 1 with affinity 'a'.
Ask ask(std::size_t ticket, std::string_view text) {
  return {ticket, static_cast<uid_t>(text[0]), static_cast<std::uint64_t>(text[1])};
}
void add_all(Turns& turns, const std::vector<std::string>& asked) {
  for (std::size_t i = 0; i < asked.size(); ++i) turns.add(ask(i, asked[i]));
}

struct Row {
  const char* name;
  std::vector<std::string> asked;
  std::vector<std::size_t> served;  // places in `asked`
};

const Row kRows[] = {
    {"OneAfterAnother", {"1a", "1a", "1a"}, {0, 1, 2}},
    {"AffinitiesInTurn", {"1a", "1a", "1a", "1b"}, {0, 3, 1, 2}},
    {"UsersInTurn", {"1a", "1b", "1c", "2a"}, {0, 3, 1, 2}},
    {"AFloodWaitsForItself", {"1a", "1a", "1a", "1a", "2a", "1b", "2a"}, {0, 4, 5, 6, 1, 2, 3}},
    {"ManyAffinitiesGainNothingAgainstAnotherUser", {"1a", "1b", "1c", "1d", "2a", "2a"}, {0, 4, 1, 5, 2, 3}},
};

class TurnsOf : public ::testing::TestWithParam<Row> {};

TEST_P(TurnsOf, AreTaken) {
  Turns turns;
  const auto& asked = GetParam().asked;
  add_all(turns, asked);
  EXPECT_EQ(turns.size(), asked.size());
  std::vector<std::size_t> served;
  while (const auto ask = turns.take_next({}, kMany)) served.push_back(ask->ticket);
  EXPECT_EQ(served, GetParam().served);
  EXPECT_TRUE(turns.empty());
}

INSTANTIATE_TEST_SUITE_P(Table, TurnsOf, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

struct RunningRow {
  const char* name;
  std::vector<std::string> asked;
  std::vector<std::string> running;
  std::size_t most_of_key;
  std::vector<std::size_t> served;  // what begins beside those that run, while none of them ends
};

const RunningRow kRunning[] = {
    {"TheKeyOfWhichFewestRun", {"1a", "1b", "1c"}, {"1a", "1a", "1b"}, 99, {2, 1, 0}},
    {"TheUserOfWhomFewestRun", {"1c", "2a"}, {"1a", "1b", "2a"}, 99, {1, 0}},
    {"NoneBeyondTheBoundOfItsKey", {"1a", "1a", "1b"}, {"1a"}, 2, {2, 0}},
    {"AnotherUserIsAnotherKey", {"2a"}, {"1a"}, 1, {0}},
    {"AUserWhoseKeysAreFullIsPassedOver", {"1a", "2b"}, {"1a", "2c", "2d"}, 1, {1}},
};

class TurnsBeside : public ::testing::TestWithParam<RunningRow> {};

TEST_P(TurnsBeside, AreTaken) {
  Turns turns;
  Turns::Running running;
  add_all(turns, GetParam().asked);
  for (const std::string& one : GetParam().running) running.push_back(ask(99, one));
  EXPECT_EQ(turns.could_run(running, GetParam().most_of_key), GetParam().served.size());
  std::vector<std::size_t> served;
  while (const auto next = turns.take_next(running, GetParam().most_of_key)) {
    served.push_back(next->ticket);
    running.push_back(*next);
  }
  EXPECT_EQ(served, GetParam().served);
  EXPECT_EQ(turns.size(), GetParam().asked.size() - served.size());
}

INSTANTIATE_TEST_SUITE_P(Table, TurnsBeside, ::testing::ValuesIn(kRunning),
                         [](const auto& row) { return row.param.name; });

TEST(Turns, ForgetWhoIsGone) {
  Turns turns;
  turns.add({1, 0, 7});
  turns.add({2, 0, 7});
  turns.add({3, 5, 7});
  EXPECT_TRUE(turns.remove(3));
  EXPECT_TRUE(turns.remove(1));
  EXPECT_FALSE(turns.remove(1));
  EXPECT_FALSE(turns.remove(99));
  EXPECT_EQ(turns.size(), 1u);
  EXPECT_EQ(turns.take_next({}, kMany)->ticket, 2u);
  EXPECT_FALSE(turns.take_next({}, kMany));
}

struct ReturnRow {
  const char* name;
  std::vector<std::string> asked;
  std::size_t taken;                  // so many have their turn at first
  std::vector<std::size_t> put_back;  // places in `asked`, one after another
  std::vector<std::size_t> served;    // what begins then
};

const ReturnRow kReturned[] = {
    {"BeforeAllOthers", {"1a", "2a", "1a"}, 1, {0}, {0, 1, 2}},
    {"AsTheyHadTheirTurns", {"1a", "1a", "2a"}, 3, {1, 2, 0}, {0, 2, 1}},
    {"OfAKeyTheFirstCome", {"1a", "1a", "1a"}, 2, {1, 0}, {0, 1, 2}},
};

class TurnsGivenBack : public ::testing::TestWithParam<ReturnRow> {};

TEST_P(TurnsGivenBack, AreTakenAgain) {
  Turns turns;
  const auto& asked = GetParam().asked;
  add_all(turns, asked);
  std::map<std::size_t, Ask> taken;
  for (std::size_t i = 0; i < GetParam().taken; ++i) {
    const auto ask = turns.take_next({}, kMany);
    ASSERT_TRUE(ask);
    taken[ask->ticket] = *ask;
  }
  for (const std::size_t place : GetParam().put_back) turns.put_back(taken.at(place));
  // Who finds no worker is put back once more, and has lost nothing.
  for (std::size_t i = 0; i < asked.size(); ++i) turns.put_back(*turns.take_next({}, kMany));
  std::vector<std::size_t> served;
  while (const auto ask = turns.take_next({}, kMany)) served.push_back(ask->ticket);
  EXPECT_EQ(served, GetParam().served);
}

INSTANTIATE_TEST_SUITE_P(Table, TurnsGivenBack, ::testing::ValuesIn(kReturned),
                         [](const auto& row) { return row.param.name; });

TEST(Turns, ForgetWhoHadHisTurnAndIsGone) {
  Turns turns;
  turns.add({1, 0, 7});
  turns.add({2, 0, 7});
  turns.put_back(*turns.take_next({}, kMany));
  EXPECT_EQ(turns.size(), 2u);
  EXPECT_TRUE(turns.remove(1));
  EXPECT_EQ(turns.take_next({}, kMany)->ticket, 2u);
}

struct CrowdRow {
  const char* name;
  std::vector<std::string> asked;
  const char* newcomer;
  std::optional<std::size_t> gone;  // place in `asked`
};

const CrowdRow kCrowds[] = {
    {"OfAnotherUser", {"1a", "1a", "1b"}, "2a", 1},
    {"TheUserOfMost", {"1a", "2b", "2b", "2b"}, "3a", 3},
    {"OfAnotherAffinity", {"1a", "1a", "1a"}, "1b", 2},
    {"NobodyForTheSame", {"1a", "1a", "1a"}, "1a", std::nullopt},
    {"NobodyWhereAllHaveOne", {"1a", "1b"}, "1c", std::nullopt},
    {"NobodyForAUserWhoHasAsMany", {"1a", "1a", "2a", "2b"}, "2c", std::nullopt},
    {"NobodyWhereNobodyWaits", {}, "1a", std::nullopt},
};

class Crowd : public ::testing::TestWithParam<CrowdRow> {};

TEST_P(Crowd, MakesRoom) {
  Turns turns;
  add_all(turns, GetParam().asked);
  const auto gone = turns.crowd_out(ask(99, GetParam().newcomer));
  EXPECT_EQ(gone ? std::optional(gone->ticket) : std::nullopt, GetParam().gone);
  EXPECT_EQ(turns.size(), GetParam().asked.size() - (GetParam().gone ? 1 : 0));
}

INSTANTIATE_TEST_SUITE_P(Table, Crowd, ::testing::ValuesIn(kCrowds), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::http
