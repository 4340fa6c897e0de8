#include "berth/app/shared_process.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

TEST(SharedProcesses, HaveALoopThatServesOn) {
  container::LaunchSpec spec;
  spec.arguments = {"/run/berth/loop.pyc", "frames", "3", "4"};
  serve_further_calls(spec);
  EXPECT_EQ(spec.arguments, (std::vector<std::string>{"/run/berth/loop.pyc", "shared", "3", "4"}));
  std::vector<std::string> names;
  for (const container::FixedFile& file : spec.fixed) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"again.py", "kept.py", "watch.py", "ahead.py"}));
}

TEST(SharedProcesses, AreNoneAtFirst) {
  SharedProcesses processes;
  EXPECT_FALSE(processes.take("key"));
  EXPECT_FALSE(processes.give_back());
}

}  // namespace
}  // namespace berth::app
