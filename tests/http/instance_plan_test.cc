#include "berth/http/instance_plan.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::http {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

InstancePlan::Time at(std::chrono::milliseconds time) { return InstancePlan::Time(1h + time); }

DueInstance fetching(const char* name, std::chrono::seconds every) { return {name, false, true, every, "1"}; }
DueInstance running(const char* name, const char* stamp = "1") { return {name, true, false, 60s, stamp}; }

TEST(FetchPause, IsTheInstancesOwn) {
  const std::pair<const char*, std::chrono::seconds> rows[] = {
      {"{}", 42s},
      {R"({"incidentFetchInterval": "5"})", 5min},
      {R"({"incidentFetchInterval": 3})", 3min},
      {R"({"feedFetchInterval": "240", "incidentFetchInterval": "10"})", 10min},
      {R"({"incidentFetchInterval": ""})", 42s},
      {R"({"incidentFetchInterval": "0"})", 42s},
      {R"({"incidentFetchInterval": "-3"})", 42s},
      {R"({"incidentFetchInterval": "1.5"})", 42s},
      {R"({"incidentFetchInterval": "99999999999999999999"})", 42s},
      {R"({"incidentFetchInterval": null})", 42s},
      {R"({"incidentFetchInterval": ["1"]})", 42s},
  };
  for (const auto& [text, pause] : rows) EXPECT_EQ(fetch_pause(*parse_json(text), 42s), pause) << text;
}

TEST(DueInstance, IsReadAsItIsWritten) {
  const DueInstance instance = {"north \"1\"\n", true, false, 90s, "123"};
  const std::string text = print_due(instance);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto read = parse_due(text);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(*read, instance);
  for (const char* bad :
       {"{}", R"({"name":"","runs":true,"fetches":true,"every":1})",
        R"({"name":"x","runs":1,"fetches":true,"every":1})", R"({"name":"x","runs":true,"fetches":true,"every":0})"}) {
    EXPECT_TRUE(testing::fails_with(parse_due(bad), Errc::Corrupt, "missing")) << bad;
  }
}

TEST(Plan, FetchesAtOnceAndThenByTheClock) {
  InstancePlan plan;
  plan.update({fetching("a", 60s), fetching("b", 10s)});
  EXPECT_EQ(plan.steps(at(0s)).fetch, (Names{"a", "b"}));
  EXPECT_EQ(plan.next(), std::nullopt);
  plan.fetch_ended("a");
  plan.fetch_ended("b");
  EXPECT_EQ(plan.next(), at(10s));
  EXPECT_EQ(plan.steps(at(9s)).fetch, Names{});
  EXPECT_EQ(plan.steps(at(10s)).fetch, Names{"b"});
  plan.fetch_ended("b");
  EXPECT_EQ(plan.steps(at(60s)).fetch, (Names{"a", "b"}));
}

TEST(Plan, NeverFetchesTwiceAtOnce) {
  InstancePlan plan;
  plan.update({fetching("slow", 10s)});
  EXPECT_EQ(plan.steps(at(0s)).fetch, Names{"slow"});
  EXPECT_EQ(plan.steps(at(35s)).fetch, Names{});
  plan.fetch_ended("slow");
  EXPECT_EQ(plan.steps(at(36s)).fetch, Names{"slow"});
}

TEST(Plan, StopsWhatIsGone) {
  InstancePlan plan;
  plan.update({running("r"), fetching("f", 10s)});
  EXPECT_EQ(plan.steps(at(0s)).run, Names{"r"});
  plan.update({});
  const auto steps = plan.steps(at(20s));
  EXPECT_EQ(steps.stop, Names{"r"});
  EXPECT_EQ(steps.fetch, Names{});
  plan.run_ended("r", at(21s));
  plan.fetch_ended("f");
  plan.update({});
  EXPECT_TRUE(plan.steps(at(200s)).run.empty());
  EXPECT_EQ(plan.next(), std::nullopt);
}

TEST(Plan, BeginsWhatWasChangedAnew) {
  InstancePlan plan;
  plan.update({running("r", "1")});
  plan.steps(at(0s));
  plan.update({running("r", "2")});
  auto steps = plan.steps(at(1s));
  EXPECT_EQ(steps.stop, Names{"r"});
  EXPECT_EQ(steps.run, Names{}) << "not beside the one that ends";
  plan.run_ended("r", at(2s));
  steps = plan.steps(at(2s));
  EXPECT_EQ(steps.run, Names{"r"});
  EXPECT_EQ(steps.stop, Names{});
}

TEST(Plan, WaitsLongerForWhatKeepsEnding) {
  InstancePlan plan;
  plan.update({running("r")});
  auto now = at(0s);
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s}) {
    ASSERT_EQ(plan.steps(now).run, Names{"r"});
    plan.run_ended("r", now);
    EXPECT_EQ(plan.next(), now + pause);
    EXPECT_EQ(plan.steps(now + pause - 1ms).run, Names{});
    now += pause;
  }
  ASSERT_EQ(plan.steps(now).run, Names{"r"});
  plan.run_ended("r", now + 5min);
  EXPECT_EQ(plan.next(), now + 5min + 1s) << "a long run was none of a series of failures";
}

TEST(Plan, TriesWhatWasChangedAtOnce) {
  InstancePlan plan;
  plan.update({fetching("f", 3600s)});
  plan.steps(at(0s));
  plan.fetch_ended("f");
  DueInstance changed = fetching("f", 3600s);
  changed.stamp = "2";
  plan.update({changed});
  EXPECT_EQ(plan.steps(at(5s)).fetch, Names{"f"});
}

}  // namespace
}  // namespace berth::http
