#include "berth/sys/cgroup.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

struct LayoutRow {
  const char* name;
  std::string mountinfo;
  const char* v2_controllers;
  std::vector<CgroupHierarchy> hierarchies;
};

constexpr const char* kRoot = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n";
constexpr const char* kV2 =
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kTmpfs = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n";
constexpr const char* kUnified = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

// A version 1 mount; without optional fields, as in a container.
std::string v1(std::string_view folder, std::string_view controllers) {
  return "36 31 0:33 / /sys/fs/cgroup/" + std::string(folder) + " rw,relatime - cgroup cgroup rw," +
         std::string(controllers) + "\n";
}

const LayoutRow kLayouts[] = {
    {"Version2",
     std::string(kRoot) + kV2,
     "cpuset cpu io memory hugetlb pids rdma misc",
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}}},
    {"Version1Apart",
     std::string(kRoot) + kTmpfs + v1("cpu", "cpu") + v1("cpuacct", "cpuacct") + v1("memory", "memory") +
         v1("pids", "pids"),
     "",
     {{"/sys/fs/cgroup/cpu", 1, {"cpu"}},
      {"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/pids", 1, {"pids"}}}},
    {"Version1Together",
     kTmpfs + v1("cpu,cpuacct", "cpu,cpuacct") + v1("all", "pids,memory"),
     "",
     {{"/sys/fs/cgroup/cpu,cpuacct", 1, {"cpu"}}, {"/sys/fs/cgroup/all", 1, {"memory", "pids"}}}},
    {"HybridWithEverythingIn1",
     kTmpfs + v1("memory", "memory") + v1("pids", "pids") + v1("cpu", "cpu") + v1("systemd", "xattr,name=systemd") +
         kUnified,
     "",
     {{"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/pids", 1, {"pids"}},
      {"/sys/fs/cgroup/cpu", 1, {"cpu"}}}},
    {"HybridWithPidsIn2",
     kTmpfs + v1("memory", "memory") + v1("cpu", "cpu") + kUnified,
     "pids io",
     {{"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/cpu", 1, {"cpu"}},
      {"/sys/fs/cgroup/unified", 2, {"pids"}}}},
    {"MountedTwice",
     std::string(kV2) + "90 24 0:30 / /mnt/again rw - cgroup2 cgroup2 rw\n",
     "cpu memory pids",
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}}},
    {"LinesThatAreNone",
     "\n\nnonsense\n - cgroup2 cgroup2 rw\n1 2 - cgroup2 c rw\n1 2 0:1 / /a rw - cgroup2\n1 2 0:1 / /a rw cgroup2\n" +
         std::string(kV2) + "cut off at the",
     "memory pids cpu",
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}}},
    {"OtherFileSystemsOfThatName",
     "1 2 0:1 / /fuse rw - fuse.cgroup2 cgroup2 rw,memory,pids,cpu\n1 2 0:1 / /own rw - cgroupfs x "
     "rw,memory,pids,cpu\n" +
         std::string(kV2),
     "memory pids cpu",
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}}},
    {"NoLineFeedAtTheEnd",
     std::string(kV2).substr(0, std::string_view(kV2).size() - 1),
     "cpu memory pids",
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}}},
    {"EscapedBlankInAPlace",
     "35 24 0:30 / /mnt/a\\040b\\134 rw - cgroup2 cgroup2 rw\n",
     "cpu memory pids",
     {{"/mnt/a b\\", 2, {"memory", "pids", "cpu"}}}},
};

class Layout : public ::testing::TestWithParam<LayoutRow> {};

TEST_P(Layout, IsUnderstood) {
  const auto hierarchies = choose_hierarchies(GetParam().mountinfo, GetParam().v2_controllers);
  ASSERT_TRUE(testing::ok(hierarchies));
  EXPECT_EQ(*hierarchies, GetParam().hierarchies);
}

INSTANTIATE_TEST_SUITE_P(Table, Layout, ::testing::ValuesIn(kLayouts), [](const auto& row) { return row.param.name; });

struct LackingRow {
  const char* name;
  std::string mountinfo;
  const char* v2_controllers;
  const char* why;
};

const LackingRow kLacking[] = {
    {"Nothing", "", "", "'memory' is in no mounted hierarchy"},
    {"NoCgroups", kRoot, "memory pids cpu", "'memory' is in no mounted hierarchy"},
    {"Version2WithoutControllers", kV2, "", "'memory' is in no mounted hierarchy"},
    {"Version2WithoutPids", kV2, "cpu memory", "'pids' is in no mounted hierarchy; limits could not be enforced"},
    {"Version1WithoutCpu", v1("memory", "memory") + v1("pids", "pids") + v1("cpuset", "cpuset"), "",
     "'cpu' is in no mounted hierarchy"},
    {"NamesAreWhole", v1("x", "memory2,mypids,cpuacct,name=memory"), "", "'memory' is in no mounted hierarchy"},
};

class Lacking : public ::testing::TestWithParam<LackingRow> {};

TEST_P(Lacking, NamesTheController) {
  EXPECT_TRUE(testing::fails_with(choose_hierarchies(GetParam().mountinfo, GetParam().v2_controllers),
                                  Errc::Unavailable, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, Lacking, ::testing::ValuesIn(kLacking), [](const auto& row) { return row.param.name; });

TEST(RemoveCgroup, IsDoneWhereThereIsNone) { EXPECT_TRUE(remove_cgroup("/nonexistent/berth/group")); }

}  // namespace
}  // namespace berth::sys
