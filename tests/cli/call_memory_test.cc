#include "berth/cli/call_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace berth::cli {
namespace {

using Groups = std::set<std::filesystem::path>;

TEST(GroupsOfCalls, LeaveOutZygotesAndOthers) {
  const std::string top = "/sys/fs/cgroup/a-b/berth/";
  EXPECT_EQ(groups_of_calls({top + "01A", top + "01B", top + "01B-1", top + "01B-12", "/sys/fs/cgroup/user.slice"}),
            (Groups{top + "01A", top + "01B-1", top + "01B-12"}));
  EXPECT_EQ(groups_of_calls({}), Groups());
}

TEST(MemoryOfCalls, IsNoneWithoutContainers) {
  const std::int64_t self = ::getpid();
  const auto memory = memory_of_calls({self}, {{self, ::getppid()}, {self + 1, self}, {3, 3}});
  EXPECT_TRUE(memory.empty() || memory.at(self) == 0);
}

}  // namespace
}  // namespace berth::cli
