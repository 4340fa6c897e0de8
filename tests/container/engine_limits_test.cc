#include "berth/container/engine_limits.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/temp_folder.h"

namespace berth::container {
namespace {

using Files = std::map<std::string, std::string>;
using Lacking = std::vector<std::string>;

constexpr const char* kId = "0123abcd";

const Files kVersion2 = {
    {"memory.max", "1073741824\n"}, {"memory.swap.max", "0\n"}, {"cpu.max", "100000 100000\n"}, {"pids.max", "256\n"}};
const Files kVersion1 = {{"memory.limit_in_bytes", "1073741824\n"},
                         {"memory.memsw.limit_in_bytes", "1073741824\n"},
                         {"memory.swappiness", "60\n"},
                         {"cpu.cfs_quota_us", "100000\n"},
                         {"cpu.cfs_period_us", "100000\n"},
                         {"pids.max", "256\n"}};

Files with(Files files, const std::string& name, const std::string& text) {
  files[name] = text;
  return files;
}
Files without(Files files, const std::string& name) {
  files.erase(name);
  return files;
}

struct Row {
  const char* name;
  Files files;
  Lacking lacking;
};

const Row kRows[] = {
    {"AllOfVersion2", kVersion2, {}},
    {"AllOfVersion1", kVersion1, {}},
    {"Tighter", with(kVersion2, "pids.max", "10\n"), {}},
    {"NoMemory2", with(kVersion2, "memory.max", "max\n"), {"memory"}},
    {"MoreMemory2", with(kVersion2, "memory.max", "1073741825\n"), {"memory"}},
    {"NoMemory1", with(kVersion1, "memory.limit_in_bytes", "9223372036854771712\n"), {"memory"}},
    {"SwapOnTop2", with(kVersion2, "memory.swap.max", "max\n"), {"swap"}},
    {"SwapNotCounted2", without(kVersion2, "memory.swap.max"), {}},
    {"SwapOnTop1", with(kVersion1, "memory.memsw.limit_in_bytes", "9223372036854771712\n"), {"swap"}},
    {"SwapNotCounted1", without(kVersion1, "memory.memsw.limit_in_bytes"), {"swap"}},
    {"SwapNotCountedAndNotUsed1",
     with(without(kVersion1, "memory.memsw.limit_in_bytes"), "memory.swappiness", "0\n"),
     {}},
    {"NoCpus2", with(kVersion2, "cpu.max", "max 100000\n"), {"cpus"}},
    {"MoreCpus2", with(kVersion2, "cpu.max", "200000 100000\n"), {"cpus"}},
    {"OddCpus2", with(kVersion2, "cpu.max", "100000"), {"cpus"}},
    {"NoCpus1", with(kVersion1, "cpu.cfs_quota_us", "-1\n"), {"cpus"}},
    {"NoProcesses", with(kVersion2, "pids.max", "max\n"), {"processes"}},
    {"Nothing", {}, {"memory", "cpus", "processes"}},
};

class EngineLimits : public ::testing::TestWithParam<Row> {
 protected:
  void write(const std::filesystem::path& group) {
    std::filesystem::create_directories(group);
    for (const auto& [name, text] : GetParam().files) std::ofstream(group / name) << text;
  }
  Lacking lacking(const std::filesystem::path& group, std::string_view id) {
    return limits_lacking({{group, 2, {}, false}}, id, Limits());
  }
  testing::TempFolder folder_;
};

TEST_P(EngineLimits, AreThoseOfItsGroup) {
  const auto group = folder_.path() / "docker" / kId;
  write(group);
  EXPECT_EQ(lacking(group, kId), GetParam().lacking);
}

TEST_P(EngineLimits, OfAnOuterGroupOfTheContainerCount) {
  const auto outer = folder_.path() / (std::string("libpod-") + kId + ".scope");
  write(outer);
  std::filesystem::create_directories(outer / "container");
  EXPECT_EQ(lacking(outer / "container", kId), GetParam().lacking);
}

TEST_P(EngineLimits, OfAGroupOfOthersDoNot) {
  write(folder_.path());
  const auto group = folder_.path() / kId;
  std::filesystem::create_directories(group);
  const Lacking all = {"memory", "cpus", "processes"};
  EXPECT_EQ(lacking(group, kId), all);
  EXPECT_EQ(lacking(folder_.path(), ""), all) << "a container whose id is not known";
}

INSTANTIATE_TEST_SUITE_P(Table, EngineLimits, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::container
