#include "berth/probe/judgement.h"

#include <gmock/gmock.h>

namespace berth::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct HoldsRow {
  const char* condition;
  const char* value;
  bool holds;
};

const HoldsRow kHolds[] = {
    {"EPERM", "EPERM", true},
    {"EPERM", "EPERMX", false},
    {"EPERM", "", false},
    {"EPERM|ENOSYS", "ENOSYS", true},
    {"EPERM | ENOSYS", "ENOSYS", true},
    {"EPERM|ENOSYS", "ok", false},
    {"<= 3", "3", true},
    {"<= 3", "3.01", false},
    {"<= 3", "many", false},
    {"<= 3", "", false},
    {">= 3", "2", false},
    {">= 3", "3", true},
    {"3..5", "3", true},
    {"3..5", "5.0", true},
    {"3..5", "5.5", false},
    {"3..5", "x", false},
    {"Error*", "ErrorText", true},
    {"Error*", "NoError", false},
    {"[1, 2]", "[1, 2]", true},
    {"a..b", "a..b", true},
    {"", "", true},
};

TEST(Judgement, HoldsWhatTheConditionSays) {
  for (const auto& [condition, value, expected] : kHolds) {
    EXPECT_EQ(holds(condition, value), expected) << "'" << condition << "' on '" << value << "'";
  }
}

Facts facts_of(std::string_view json) {
  Facts facts;
  facts.take(*parse_json(json));
  return facts;
}

TEST(Judgement, TakesFactsByTheirWholeNames) {
  const Facts facts = facts_of(R"({"mount": "EPERM", "init": {"kill": "EPERM", "deep": {"er": 7}}, "list": [1, "a"]})");
  EXPECT_EQ(*facts.find("mount"), "EPERM");
  EXPECT_EQ(*facts.find("init kill"), "EPERM");
  EXPECT_EQ(*facts.find("init deep er"), "7");
  EXPECT_EQ(*facts.find("list"), R"([1, "a"])");
  EXPECT_EQ(facts.find("init"), nullptr);
}

TEST(Judgement, AddsUpAndReplaces) {
  Facts facts = facts_of(R"({"+late": 2, "own": 1})");
  facts.take(*parse_json(R"({"+late": 3, "own": 5})"));
  EXPECT_EQ(*facts.find("late"), "5");
  EXPECT_EQ(*facts.find("own"), "5");
}

TEST(Judgement, LetsNoProgramSpeakForTheHost) {
  const Facts facts = facts_of(R"({"call cause": "completed", "call": {"cause": "completed"}, "called": 1})");
  EXPECT_EQ(facts.find("call cause"), nullptr);
  EXPECT_EQ(*facts.find("called"), "1");
}

TEST(Judgement, IgnoresWhatIsNoObject) {
  for (const char* text : {"7", "[1]", "\"text\"", "null"}) EXPECT_THAT(facts_of(text).all(), IsEmpty()) << text;
}

TEST(Judgement, TheLongestNameJudges) {
  const Facts facts = facts_of(R"({"clone NEWPID": "EPERM", "clone3 0": "ENOSYS", "mount": "EPERM"})");
  EXPECT_THAT(deviations(facts, {{"*", "EPERM"}, {"clone3*", "ENOSYS"}}), IsEmpty());
  EXPECT_THAT(deviations(facts, {{"*", "EPERM"}}), ElementsAre("clone3 0: expected EPERM, saw ENOSYS"));
  EXPECT_THAT(deviations(facts, {{"clone*", "EPERM"}, {"clone3 0", "ok"}}),
              ElementsAre("clone3 0: expected ok, saw ENOSYS"));
}

TEST(Judgement, MissesWhatWasNotSeen) {
  EXPECT_THAT(deviations(Facts(), {{"mount", "EPERM"}, {"*", "EPERM"}}),
              ElementsAre("mount: expected EPERM, saw nothing of it", "*: expected EPERM, saw nothing of it"));
}

TEST(Judgement, AStarDoesNotJudgeTheHost) {
  Facts facts = facts_of(R"({"mount": "EPERM"})");
  facts.set("call cause", "completed");
  EXPECT_THAT(deviations(facts, {{"*", "EPERM"}}), IsEmpty());
  EXPECT_THAT(deviations(facts, {{"call *", "timeout"}}), ElementsAre("call cause: expected timeout, saw completed"));
}

TEST(Judgement, SumsUpForAPerson) {
  Facts facts = facts_of(R"({"a": "EPERM", "b": "EPERM", "c": "ok"})");
  facts.set("call cause", "completed");
  probe::Run run;
  run.expect = {{"*", "EPERM"}};
  EXPECT_EQ(summary(facts, run), "EPERM 2, ok");
  run.show = {"c", "call cause", "nothing"};
  EXPECT_EQ(summary(facts, run), "c ok, call cause completed, nothing ?");
}

}  // namespace
}  // namespace berth::probe
