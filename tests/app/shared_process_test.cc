#include "berth/app/shared_process.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

TEST(SharedItems, AreNamedByIdOrName) {
  struct Row {
    std::vector<std::string> shared;
    bool is_shared;
  };
  const Row rows[] = {{{}, false},          {{"Other"}, false},    {{"Other", "the-id"}, true},
                      {{"The Name"}, true}, {{"the name"}, false}, {{"The"}, false},
                      {{""}, false}};
  for (const Row& row : rows) EXPECT_EQ(is_shared_item(row.shared, "the-id", "The Name"), row.is_shared);
  // An item without an id is not meant by an empty line of the settings.
  EXPECT_FALSE(is_shared_item({""}, "", "The Name"));
}

TEST(SharedItems, HaveALoopThatServesOn) {
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
