#include "berth/app/answer_reading.h"

#include <gtest/gtest.h>

#include "berth/app/answer_json.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

CallAnswer an_answer() {
  CallAnswer answer;
  answer.id = "01A";
  answer.item = "Item";
  answer.command = "command";
  answer.instance = "instance";
  answer.image = {"wanted", "used:1", "sha256:ab", "the item"};
  answer.network.profile = "egress";
  answer.network.reason = "the operator";
  answer.network.end.way = "veth";
  answer.network.end.refusals.push_back({*net::parse_address("10.0.0.8"), "TCP", 443, 7});
  answer.network.end.names.push_back(
      {net::NameEventKind::AddressRefused, "a.example", net::parse_address("10.0.0.9").value(), 2});
  answer.network.end.names.push_back({net::NameEventKind::NotAllowed, "b.example", std::nullopt, 1});
  answer.outcome.cause = engine::Cause::Memory;
  answer.outcome.explanation = "too much";
  answer.outcome.limit = "memory 1 GiB";
  answer.outcome.raised_by = "--memory";
  answer.outcome.signal = 9;
  answer.outcome.peak_memory_bytes = 123456789;
  answer.outcome.cpu_time = std::chrono::nanoseconds(1'234'567);
  answer.outcome.wall_time = std::chrono::nanoseconds(98'765'432'101);
  answer.outcome.oom_kills = 2;
  answer.record.entries.push_back(Json::object().set("Type", 4).set("ID", "1@1"));
  answer.record.exception = {"Traceback\n", "E\n"};
  answer.record.log = {{engine::LogSource::Script, "", "a"},
                       {engine::LogSource::Output, "", "b"},
                       {engine::LogSource::Error, "", "c"},
                       {engine::LogSource::Server, "debug", "d"}};
  answer.record.dropped_log_bytes = 5;
  answer.record.output_bytes = 6;
  answer.is_warm = true;
  answer.is_shared = true;
  answer.not_warm = "why";
  answer.warnings = {"w"};
  answer.notes = {"n"};
  answer.not_enforced = {"memory"};
  answer.code_origin = "/a/b.py";
  answer.code_first_line = 17;
  answer.moments = {{"start", 1'000'000}, {"end", 2'500'000}};
  return answer;
}

TEST(ReadAnswer, GivesBackWhatWasTold) {
  const CallAnswer before = an_answer();
  const Json context = Json::object().set("x", 1);
  const Json json = answer_json(before, context, 500'000, true);
  const Json view = view_json(before);
  // Over the socket it is text.
  const auto answer = read_answer(*parse_json(print_json(json)), *parse_json(print_json(view)));
  ASSERT_TRUE(testing::ok(answer));
  EXPECT_EQ(print_json(answer_json(*answer, context, 500'000, true)), print_json(json));
  EXPECT_EQ(print_json(view_json(*answer)), print_json(view));
  EXPECT_EQ(answer->exit_code(), before.exit_code());
  EXPECT_EQ(answer->outcome.cpu_time, before.outcome.cpu_time);
  EXPECT_EQ(answer->outcome.wall_time, before.outcome.wall_time);
  EXPECT_EQ(answer->network.end.names, before.network.end.names);
}

TEST(ReadAnswer, TakesOneOfAnOlderProgram) {
  const auto answer = read_answer(*parse_json(R"({"id": "1", "outcome": {"cause": "completed"}})"), Json());
  ASSERT_TRUE(testing::ok(answer));
  EXPECT_EQ(answer->outcome.cause, engine::Cause::Completed);
  EXPECT_EQ(answer->exit_code(), 0);
}

TEST(ReadAnswer, RefusesWhatIsNone) {
  const std::pair<const char*, const char*> rows[] = {
      {"{}", "cause"},
      {R"({"outcome": {"cause": "tired"}})", "cause"},
      {R"({"id": 1, "outcome": {"cause": "completed"}})", "id"},
      {R"({"entries": {}, "outcome": {"cause": "completed"}})", "entries"},
      {R"({"outcome": {"cause": "completed", "cpu_ms": "x"}})", "cpu_ms"},
      {R"({"outcome": {"cause": "completed", "cpu_ms": NaN}})", "cpu_ms"},
      {R"({"exception": [1], "outcome": {"cause": "completed"}})", "exception"},
  };
  for (const auto& [text, key] : rows) {
    EXPECT_TRUE(testing::fails_with(read_answer(*parse_json(text), Json()), Errc::Corrupt, key)) << text;
  }
}

}  // namespace
}  // namespace berth::app
