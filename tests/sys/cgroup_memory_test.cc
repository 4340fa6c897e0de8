#include "berth/sys/cgroup_memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

struct MemoryRow {
  const char* name;
  CgroupHierarchy hierarchy;
  const char* file;  // that the group has, with "4096"
  std::optional<std::uint64_t> bytes;
};

const MemoryRow kRows[] = {
    {"Version2", {"", 2, {"pids", "memory"}}, "memory.current", 4096},
    {"Version1", {"", 1, {"memory"}}, "memory.usage_in_bytes", 4096},
    {"Version2ThatCountsItElsewhere", {"", 2, {"pids"}}, "memory.current", std::nullopt},
    {"FileOfTheOtherVersion", {"", 1, {"memory"}}, "memory.current", std::nullopt},
    {"GroupThatIsGone", {"", 2, {"memory"}}, "cgroup.procs", std::nullopt},
};

class MemoryOfGroup : public ::testing::TestWithParam<MemoryRow> {};

TEST_P(MemoryOfGroup, IsRead) {
  const testing::TempFolder folder;
  std::ofstream(folder.path() / GetParam().file) << "4096\n";
  EXPECT_EQ(memory_bytes_now(folder.path(), GetParam().hierarchy), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Table, MemoryOfGroup, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::sys
