#include <gtest/gtest.h>
#include <signal.h>

#include "berth/sys/file.h"
#include "berth/sys/tool.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

using namespace std::chrono_literals;

TEST(ToolEnd, MayPutInOrderWhatItHas) {
  const testing::TempFolder folder;
  const std::string file = folder.path() / "ended";
  // What it writes then fills no pipe; what it started is killed.
  const std::string script = "trap 'head -c 200000 /dev/zero; echo done > " + file + "; exit 0' TERM; sleep 60 & wait";
  const auto begun = std::chrono::steady_clock::now();
  const auto output = run_tool({"sh", "-c", script}, {.time_limit = 500ms, .end = {SIGTERM, 20s}});
  EXPECT_TRUE(testing::fails_with(output, Errc::TimedOut, "did not end within 0.5 s"));
  EXPECT_EQ(read_file(file, 100).value_or("none"), "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
}

TEST(ToolEnd, IsKilledWhereItDoesNotObey) {
  const auto begun = std::chrono::steady_clock::now();
  const auto output = run_tool({"sh", "-c", "trap '' TERM; sleep 60"}, {.time_limit = 300ms, .end = {SIGTERM, 300ms}});
  EXPECT_TRUE(testing::fails_with(output, Errc::TimedOut, "did not end"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST(ToolEnd, EndsByItselfAsAnyOther) {
  const auto output = run_tool({"sh", "-c", "echo out"}, {.end = {SIGTERM, 1s}});
  ASSERT_TRUE(testing::ok(output));
  EXPECT_EQ(output->out, "out\n");
}

}  // namespace
}  // namespace berth::sys
