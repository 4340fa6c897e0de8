#include "berth/app/shared_process.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

TEST(SharedProcesses, HaveALoopThatServesOn) {
  container::LaunchSpec spec;
  spec.arguments = {"/run/berth/loop.pyc", "frames", "3", "4"};
  serve_further_calls(spec);
  EXPECT_EQ(spec.arguments, (std::vector<std::string>{"/run/berth/loop.pyc", "shared", "3", "4"}));
}

TEST(SharedProcesses, AreNoneAtFirst) {
  SharedProcesses processes;
  EXPECT_FALSE(processes.take("key"));
  EXPECT_FALSE(processes.give_back());
}

}  // namespace
}  // namespace berth::app
