#include "berth/wire/job.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/result_matchers.h"

namespace berth::wire {
namespace {

struct JobRow {
  const char* name;
  std::string code;
  const char* args = "{}";
  bool integration = false;
  const char* command = "";
  const char* params = "{}";
  const char* context = "{}";
};

const JobRow kJobs[] = {
    {"Empty", ""},
    {"Script", "print('ä\u2028\u2029')\r\n\tif True:\n",
     R"({"n":"1","list":[1,2],"big":10000000000000000000000000000000000000000})"},
    {"Integration", "pass\n", "{}", true, "berth-\"quoted\"",
     R"({"credentials":{"identifier":"u","password":"\\\"\n"},"nan":NaN})", R"({"Inv":{"id":"1"}})"},
    {"MarkersOfForeignLoops", "a = '$$##'\n", R"({"a":"$$##","b":"]}\n"})"},
    {"ZeroAndControls", std::string("a\0b\x1b[2J", 7)},
};

Job job_of(const JobRow& row) {
  Job job;
  job.code = row.code;
  job.integration = row.integration;
  job.command = row.command;
  for (const auto& [text, part] :
       {std::pair{row.args, &job.args}, {row.params, &job.params}, {row.context, &job.context}}) {
    auto json = parse_json(text);
    EXPECT_TRUE(testing::ok(json));
    if (json) *part = *std::move(json);
  }
  return job;
}

class JobLine : public ::testing::TestWithParam<JobRow> {};

TEST_P(JobLine, IsOneLineThatReadsBack) {
  const Job job = job_of(GetParam());
  const std::string line = job_line(job);
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_TRUE(line.ends_with('\n'));
  EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); })) << line;
  const auto read = parse_json(line);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->text_or("script", "none"), job.code);
  EXPECT_EQ(read->text_or("command", "none"), job.command);
  EXPECT_EQ(*read->find("integration"), Json(job.integration));
  EXPECT_EQ(*read->find("native"), Json(true));
  EXPECT_EQ(*read->find("args"), job.args);
  EXPECT_EQ(*read->find("params"), job.integration ? job.params : Json());
  EXPECT_EQ(*read->find("context"), job.context);
}

INSTANTIATE_TEST_SUITE_P(Table, JobLine, ::testing::ValuesIn(kJobs), [](const auto& row) { return row.param.name; });

TEST(Job, NamesThePreludeWhereThereIsOne) {
  Job job;
  EXPECT_EQ(parse_json(job_line(job))->find("prelude"), nullptr);
  job.prelude = Prelude{"/run/x", 12};
  EXPECT_EQ(*parse_json(job_line(job))->find("prelude"), *parse_json(R"({"path":"/run/x","first_line":12})"));
}

TEST(Job, AsksForModulesOnlyWhereTheyAreWanted) {
  Job job;
  EXPECT_EQ(parse_json(job_line(job))->find("learns"), nullptr);
  job.learns = true;
  EXPECT_EQ(*parse_json(job_line(job))->find("learns"), Json(true));
}

TEST(Job, SendsCodeToAZygotesChildOnlyWhereItHasAnother) {
  Job job;
  job.is_ahead = true;
  job.prelude = Prelude{"/run/x", 12};
  EXPECT_EQ(parse_json(job_line(job))->find("script"), nullptr);
  job.replaces_item = true;
  EXPECT_EQ(*parse_json(job_line(job))->find("script"), Json(""));
  job.code = "changed";
  const auto line = parse_json(job_line(job));
  EXPECT_EQ(*line->find("script"), Json("changed"));
  EXPECT_EQ(*line->find("first_line"), Json(std::uint64_t{12}));
  EXPECT_EQ(*line->find("is_ahead"), Json(true));
  EXPECT_EQ(line->find("prelude"), nullptr);
}

TEST(Job, KeepsParametersFromScripts) {
  Job job;
  job.params.set("password", "hidden");
  EXPECT_EQ(job_line(job).find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace berth::wire
