#include "berth/sys/cgroup.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

TEST(RemoveCgroup, IsDoneWhereThereIsNone) { EXPECT_TRUE(remove_cgroup("/nonexistent/berth/group")); }

// In a file tree the files of a group do not come with its folder: each first write names the step.
struct StepRow {
  const char* name;
  CgroupHierarchy hierarchy;
  const char* why;
};

const StepRow kSteps[] = {
    {"Version2", {"", 2, {"memory"}}, "make cgroup 'berth/x' for memory: open "},
    {"Version1Memory", {"", 1, {"memory"}}, "memory.limit_in_bytes"},
    {"Version1Pids", {"", 1, {"pids"}}, "pids.max"},
    {"Version1Cpu", {"", 1, {"cpu"}}, "cpu.shares"},
};

class Step : public ::testing::TestWithParam<StepRow> {};

TEST_P(Step, ThatCannotBeDoneIsNamedAndLeavesNoGroup) {
  const testing::TempFolder folder;
  CgroupHierarchy hierarchy = GetParam().hierarchy;
  hierarchy.place = folder.path();
  EXPECT_TRUE(
      testing::fails_with(Cgroup::make({hierarchy}, "berth/x", {1 << 20, 1, 8}), Errc::NotFound, GetParam().why));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "berth" / "x"));
}

INSTANTIATE_TEST_SUITE_P(Table, Step, ::testing::ValuesIn(kSteps), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::sys
