#include "berth/app/polling.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

std::vector<CommandAnswer> answer_with(const std::string& brand, std::initializer_list<const char*> entries) {
  CallAnswer call;
  call.outcome.cause = engine::Cause::Completed;
  call.item = "Asking";
  for (const char* entry : entries) call.record.entries.push_back(parse_json(entry).value());
  std::vector<CommandAnswer> answers;
  answers.push_back({brand, "north", std::move(call)});
  return answers;
}

struct Row {
  const char* name;
  const char* entry;
  int pause;
  int timeout;
};

const Row kRows[] = {
    {"Texts", R"({"PollingCommand": "x", "NextRun": "30", "Timeout": "90"})", 30, 90},
    {"Numbers", R"({"PollingCommand": "x", "NextRun": 30, "Timeout": 90})", 30, 90},
    {"Defaults", R"({"PollingCommand": "x"})", 10, 600},
    {"TooSoon", R"({"PollingCommand": "x", "NextRun": "1"})", 10, 600},
    {"NoNumbers", R"({"PollingCommand": "x", "NextRun": "soon", "Timeout": "-1"})", 10, 600},
    {"TooLong", R"({"PollingCommand": "x", "NextRun": 99999999, "Timeout": 99999999999})", 86400, 86400},
};

class Schedule : public ::testing::TestWithParam<Row> {};

TEST_P(Schedule, IsReadFromTheEntry) {
  const auto run = scheduled_run_of(answer_with("Scripts", {R"({"Type": 1})", GetParam().entry}));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->command, "x");
  EXPECT_EQ(run->pause.count(), GetParam().pause);
  EXPECT_EQ(run->timeout.count(), GetParam().timeout);
  EXPECT_EQ(run->instance, "");
}

INSTANTIATE_TEST_SUITE_P(Table, Schedule, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

TEST(Schedule, StaysWithItsInstance) {
  const auto run = scheduled_run_of(answer_with("Desk", {R"({"PollingCommand": "x", "PollingArgs": {"id": 7}})"}));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->instance, "north");
  EXPECT_EQ(run->brand, "Desk");
  EXPECT_EQ(run->item, "Asking");
  EXPECT_EQ(run->kind, content::ItemKind::Integration);
  EXPECT_EQ(print_json(run->args), R"({"id": 7})");
}

TEST(Schedule, EndsWithAResultOrAnError) {
  EXPECT_FALSE(scheduled_run_of({}).has_value());
  // An old entry that is only shown.
  EXPECT_FALSE(scheduled_run_of(answer_with("Builtin", {R"({"PollingCommand": "x"})"})).has_value());
  EXPECT_FALSE(scheduled_run_of(answer_with("Scripts", {R"({"Type": 1, "Contents": "done"})"})).has_value());
  EXPECT_FALSE(scheduled_run_of(answer_with("Scripts", {R"({"PollingCommand": "x"})", R"({"Type": 4})"})).has_value());
  auto failed = answer_with("Scripts", {R"({"PollingCommand": "x"})"});
  failed[0].call->outcome.cause = engine::Cause::Timeout;
  EXPECT_FALSE(scheduled_run_of(failed).has_value());
}

}  // namespace
}  // namespace berth::app
