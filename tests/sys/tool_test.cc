#include "berth/sys/tool.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

TEST(Tool, KeepsBothStreams) {
  auto output = run_tool({"sh", "-c", "echo out; echo err >&2"});
  ASSERT_TRUE(testing::ok(output));
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
}

TEST(Tool, SaysHowItEnded) {
  EXPECT_TRUE(testing::fails_with(run_tool({"sh", "-c", "echo no space >&2; exit 3"}), Errc::Unavailable,
                                  "run sh: exit status 3: no space"));
  EXPECT_TRUE(testing::fails_with(run_tool({"sh", "-c", "kill -9 $$"}), Errc::Unavailable, "signal 9"));
}

TEST(Tool, IsMissing) {
  EXPECT_TRUE(testing::fails_with(run_tool({"no-such-tool"}), Errc::NotFound, "start no-such-tool"));
}

TEST(Tool, IsEndedWithItsChildrenAtTheTimeLimit) {
  const auto begun = std::chrono::steady_clock::now();
  auto output = run_tool({"sh", "-c", "sleep 60 & sleep 60"}, {.time_limit = std::chrono::milliseconds(100)});
  EXPECT_TRUE(testing::fails_with(output, Errc::TimedOut, "did not end within 0.1 s"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

TEST(Tool, IsEndedByItsWatch) {
  const auto begun = std::chrono::steady_clock::now();
  int asked = 0;
  ToolOptions options;
  options.watch = [&]() -> Result<void> {
    if (++asked < 3) return {};
    return fail(Errc::Exhausted, "that is enough");
  };
  EXPECT_TRUE(testing::fails_with(run_tool({"sleep", "60"}, options), Errc::Exhausted, "that is enough"));
  EXPECT_EQ(asked, 3);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  options.watch = []() -> Result<void> { return {}; };
  EXPECT_TRUE(testing::ok(run_tool({"sleep", "0.3"}, options)));
}

TEST(Tool, IsEndedWhenItFloods) {
  auto output = run_tool({"sh", "-c", "yes"}, {.output_limit_bytes = 1 << 20});
  EXPECT_TRUE(testing::fails_with(output, Errc::Exhausted, "wrote more than 1048576 bytes"));
}

TEST(Tool, TellsLinesWhileItRuns) {
  std::vector<std::string> lines;
  auto output = run_tool({"sh", "-c", "echo one >&2; echo two >&2"},
                         {.on_line = [&](std::string_view line) { lines.emplace_back(line); }});
  ASSERT_TRUE(testing::ok(output));
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two"}));
}

}  // namespace
}  // namespace berth::sys
