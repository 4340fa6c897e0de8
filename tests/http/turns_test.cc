#include "berth/http/turns.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::http {
namespace {

// "1a" is a call of user 1 with affinity 'a'.
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
  for (std::size_t i = 0; i < asked.size(); ++i) {
    turns.add({i, static_cast<uid_t>(asked[i][0]), static_cast<std::uint64_t>(asked[i][1])});
  }
  EXPECT_EQ(turns.size(), asked.size());
  std::vector<std::size_t> served;
  while (const auto ask = turns.take_next()) served.push_back(ask->ticket);
  EXPECT_EQ(served, GetParam().served);
  EXPECT_TRUE(turns.empty());
}

INSTANTIATE_TEST_SUITE_P(Table, TurnsOf, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

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
  EXPECT_EQ(turns.take_next()->ticket, 2u);
  EXPECT_FALSE(turns.take_next());
}

TEST(Turns, GiveBackATurn) {
  Turns turns;
  turns.add({1, 0, 7});
  turns.add({2, 0, 7});
  const auto first = turns.take_next();
  turns.put_back(*first);
  EXPECT_EQ(turns.size(), 2u);
  EXPECT_EQ(turns.take_next()->ticket, 1u);
  turns.put_back(*first);
  EXPECT_TRUE(turns.remove(1));
  EXPECT_EQ(turns.take_next()->ticket, 2u);
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
  const auto ask = [](std::size_t ticket, std::string_view text) {
    return Ask{ticket, static_cast<uid_t>(text[0]), static_cast<std::uint64_t>(text[1])};
  };
  Turns turns;
  for (std::size_t i = 0; i < GetParam().asked.size(); ++i) turns.add(ask(i, GetParam().asked[i]));
  const auto gone = turns.crowd_out(ask(99, GetParam().newcomer));
  EXPECT_EQ(gone ? std::optional(gone->ticket) : std::nullopt, GetParam().gone);
  EXPECT_EQ(turns.size(), GetParam().asked.size() - (GetParam().gone ? 1 : 0));
}

INSTANTIATE_TEST_SUITE_P(Table, Crowd, ::testing::ValuesIn(kCrowds), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::http
