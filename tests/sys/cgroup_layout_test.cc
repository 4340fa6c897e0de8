#include "berth/sys/cgroup_layout.h"

#include <gtest/gtest.h>

#include <map>

namespace berth::sys {
namespace {

using Folders = std::map<std::string, GroupFacts>;

const std::vector<std::string> kAll = {"cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc"};

GroupFacts v2(std::vector<std::string> controllers = kAll) {
  return {.device = "0:30", .writable = true, .controllers = std::move(controllers)};
}
GroupFacts top(std::vector<std::string> controllers = kAll) {
  GroupFacts facts = v2(std::move(controllers));
  facts.top = true;
  return facts;
}
GroupFacts delegated(GroupFacts facts) {
  facts.delegated = true;
  return facts;
}
GroupFacts foreign(GroupFacts facts) {
  facts.writable = false;
  return facts;
}
GroupFacts v1(std::string device) { return {.device = std::move(device), .writable = true}; }

struct Row {
  const char* name;
  std::string mountinfo;
  std::string own_groups;
  Folders folders;
  std::vector<CgroupHierarchy> hierarchies;
  std::vector<std::pair<std::string, std::string>> lacks;  // controller, words of the reason
};

// The cgroup lines of /proc/self/mountinfo and /proc/self/cgroup as the systems have them.
const std::string kUnified =
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n";
const std::string kRoot = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n";
const std::string kTmpfs = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n";
const std::string kRhel8 =
    "25 22 0:21 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:4 - tmpfs tmpfs ro,seclabel,mode=755\n"
    "26 25 0:22 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:5 - cgroup cgroup "
    "rw,seclabel,xattr,release_agent=/usr/lib/systemd/systemd-cgroups-agent,name=systemd\n"
    "29 25 0:25 / /sys/fs/cgroup/pids rw,nosuid,nodev,noexec,relatime shared:6 - cgroup cgroup rw,seclabel,pids\n"
    "30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:7 - cgroup cgroup "
    "rw,seclabel,cpu,cpuacct\n"
    "33 25 0:29 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:10 - cgroup cgroup rw,seclabel,memory\n";
const std::string kDockerV1 =
    "610 600 0:60 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755\n"
    "611 610 0:25 /docker/4f2a /sys/fs/cgroup/pids ro,nosuid,nodev,noexec,relatime master:6 - cgroup cgroup rw,pids\n"
    "612 610 0:26 /docker/4f2a /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev,noexec,relatime master:7 - cgroup cgroup "
    "rw,cpu,cpuacct\n"
    "613 610 0:29 /docker/4f2a /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:10 - cgroup cgroup "
    "rw,memory\n";
const std::string kDockerV2 =
    "731 728 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n";
const std::string kHybrid =
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
const std::string kDockerOwn1 = "4:pids:/docker/4f2a\n3:cpu,cpuacct:/docker/4f2a\n2:memory:/docker/4f2a\n";

std::string writable(std::string text) {
  for (std::size_t at; (at = text.find(" ro,")) != std::string::npos;) text.replace(at, 4, " rw,");
  return text;
}

const char* const kSession = "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope";
const char* const kUserService = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service";
const char* const kTerminal = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/terminal.scope";

const Row kRows[] = {
    {"Debian12AsRoot",
     kRoot + kUnified,
     "0::/user.slice/user-0.slice/session-1.scope\n",
     {{"/sys/fs/cgroup", top()}, {"/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope", v2({"memory", "pids"})}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"Ubuntu2404UserInATerminal",
     kUnified,
     "0::/user.slice/user-1000.slice/user@1000.service/app.slice/terminal.scope\n",
     {{"/sys/fs/cgroup", foreign(top())}, {kUserService, delegated(v2())}, {kTerminal, v2({"memory", "pids"})}},
     {{kUserService, 2, {"memory", "pids", "cpu"}}},
     {}},
    {"Debian12UserOverSsh",
     kUnified,
     "0::/user.slice/user-1000.slice/session-3.scope\n",
     {{"/sys/fs/cgroup", foreign(top())}, {kSession, foreign(v2())}},
     {},
     {{"memory", "'/user.slice/user-1000.slice/session-3.scope', belongs to another user; start it in one that is"},
      {"pids", "belongs to another user"},
      {"cpu", "systemd-run --user --scope -p Delegate=yes"}}},
    {"Rhel9UserWithoutCpuDelegated",
     kUnified,
     "0::/user.slice/user-1000.slice/user@1000.service/app.slice/terminal.scope\n",
     {{"/sys/fs/cgroup", foreign(top())}, {kUserService, delegated(v2({"memory", "pids"}))}, {kTerminal, v2({})}},
     {{kUserService, 2, {"memory", "pids"}}},
     {{"cpu", "not handed down to '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service'; have it delegated"}}},
    {"UnitThatIsDelegatedToRoot",
     kUnified,
     "0::/system.slice/berth.service\n",
     {{"/sys/fs/cgroup", top()}, {"/sys/fs/cgroup/system.slice/berth.service", delegated(v2())}},
     {{"/sys/fs/cgroup/system.slice/berth.service", 2, {"memory", "pids", "cpu"}, true}},
     {}},
    {"UnitThatIsDelegatedToRootInPart",
     kUnified,
     "0::/system.slice/berth.service\n",
     {{"/sys/fs/cgroup", top()}, {"/sys/fs/cgroup/system.slice/berth.service", delegated(v2({"pids"}))}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"OwnGroupOfAUser",
     kUnified,
     "0::/lab/ada\n",
     {{"/sys/fs/cgroup", foreign(top())}, {"/sys/fs/cgroup/lab/ada", v2()}},
     {{"/sys/fs/cgroup/lab/ada", 2, {"memory", "pids", "cpu"}, true}},
     {}},
    {"SteppedAsideBefore",
     kUnified,
     "0::/lab/ada/berth.self\n",
     {{"/sys/fs/cgroup", foreign(top())},
      {"/sys/fs/cgroup/lab/ada", v2()},
      {"/sys/fs/cgroup/lab/ada/berth.self", v2()}},
     {{"/sys/fs/cgroup/lab/ada", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"Rhel8",
     kRhel8,
     "9:memory:/user.slice\n7:cpu,cpuacct:/\n3:pids:/user.slice/user-0.slice\n1:name=systemd:/user.slice\n",
     {{"/sys/fs/cgroup/pids", v1("0:25")},
      {"/sys/fs/cgroup/cpu,cpuacct", v1("0:26")},
      {"/sys/fs/cgroup/memory", v1("0:29")}},
     {{"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/pids", 1, {"pids"}},
      {"/sys/fs/cgroup/cpu,cpuacct", 1, {"cpu"}}},
     {}},
    {"HybridWithEverythingIn1",
     kTmpfs + kHybrid,
     "8:pids:/\n4:memory:/process/f0\n2:cpuacct:/\n1:cpu:/\n0::/\n",
     {{"/sys/fs/cgroup/cpu", v1("0:29")},
      {"/sys/fs/cgroup/memory", v1("0:32")},
      {"/sys/fs/cgroup/pids", v1("0:36")},
      {"/sys/fs/cgroup/unified", {.device = "0:38", .writable = true, .top = true}}},
     {{"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/pids", 1, {"pids"}},
      {"/sys/fs/cgroup/cpu", 1, {"cpu"}}},
     {}},
    {"HybridWithTwoIn2",
     kTmpfs + "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n" +
         "41 31 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
     "4:memory:/\n0::/\n",
     {{"/sys/fs/cgroup/memory", v1("0:32")}, {"/sys/fs/cgroup/unified", top({"cpu", "io", "pids"})}},
     {{"/sys/fs/cgroup/memory", 1, {"memory"}}, {"/sys/fs/cgroup/unified", 2, {"pids", "cpu"}, true}},
     {}},
    {"Docker1",
     kDockerV1,
     kDockerOwn1,
     {{"/sys/fs/cgroup/pids", foreign(v1("0:25"))},
      {"/sys/fs/cgroup/cpu,cpuacct", foreign(v1("0:26"))},
      {"/sys/fs/cgroup/memory", foreign(v1("0:29"))}},
     {},
     {{"memory", "mounted read-only at '/sys/fs/cgroup/memory'; a container needs a writable one of its own"},
      {"pids", "mounted read-only"},
      {"cpu", "mounted read-only"}}},
    {"DockerInDocker1",
     writable(kDockerV1),
     kDockerOwn1,
     {{"/sys/fs/cgroup/pids", v1("0:25")},
      {"/sys/fs/cgroup/cpu,cpuacct", v1("0:26")},
      {"/sys/fs/cgroup/memory", v1("0:29")}},
     {{"/sys/fs/cgroup/memory", 1, {"memory"}},
      {"/sys/fs/cgroup/pids", 1, {"pids"}},
      {"/sys/fs/cgroup/cpu,cpuacct", 1, {"cpu"}}},
     {}},
    {"DockerOrKubernetes2",
     kDockerV2,
     "0::/\n",
     {{"/sys/fs/cgroup", foreign(v2())}},
     {},
     {{"memory", "docker run --privileged --cgroupns=private"}, {"pids", "read-only"}, {"cpu", "read-only"}}},
    {"DockerInDocker2",
     writable(kDockerV2),
     "0::/\n",
     {{"/sys/fs/cgroup", v2()}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}, true}},
     {}},
    {"DockerInDocker2WithTheOthersMovedAway",
     writable(kDockerV2),
     "0::/others\n",
     {{"/sys/fs/cgroup", v2()}, {"/sys/fs/cgroup/others", v2()}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"Kubernetes2WithTheHostsNamespace",
     "731 728 0:30 /kubepods.slice/pod7.slice/cri-1.scope /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw\n",
     "0::/kubepods.slice/pod7.slice/cri-1.scope\n",
     {{"/sys/fs/cgroup", v2()}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}, true}},
     {}},
    {"NamespaceWithoutAMountOfItsOwn",
     "35 24 0:30 /../.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n",
     "0::/\n",
     {{"/sys/fs/cgroup", top()}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"AnywhereWithABlank",
     "35 24 0:30 / /mnt/a\\040b\\134 rw,relatime - cgroup2 cgroup2 rw\n",
     "0::/x\n",
     {{"/mnt/a b\\", top()}},
     {{"/mnt/a b\\", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"MountedTwiceTheFirstReadOnly",
     "30 24 0:30 / /first ro,relatime - cgroup2 cgroup2 rw\n" + kUnified,
     "0::/x\n",
     {{"/first", foreign(top())}, {"/sys/fs/cgroup", top()}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"CoveredByAnotherMount",
     kUnified + "90 24 0:30 / /mnt/cgroup2 rw,relatime - cgroup2 cgroup2 rw\n",
     "0::/x\n",
     {{"/sys/fs/cgroup", v1("0:77")}, {"/mnt/cgroup2", top()}},
     {{"/mnt/cgroup2", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"LinesThatAreNone",
     "\n\nnonsense\n - cgroup2 cgroup2 rw\n1 2 - cgroup2 c rw\n1 2 0:1 / /a rw - cgroup2\n1 2 0:1 / /a rw cgroup2\n"
     "1 2 0:1 / /fuse rw - fuse.cgroup2 cgroup2 rw,memory,pids,cpu\n1 2 0:1 / /own rw - cgroupfs x "
     "rw,memory,pids,cpu\n" +
         kUnified + "cut off at the",
     "nonsense\n:\n0:\n\n0::/x",
     {{"/sys/fs/cgroup", top()}, {"/a", top()}, {"/fuse", top()}, {"/own", v1("0:1")}},
     {{"/sys/fs/cgroup", 2, {"memory", "pids", "cpu"}}},
     {}},
    {"NoCgroups",
     kRoot,
     "",
     {},
     {},
     {{"memory", "in no mounted hierarchy"}, {"pids", "in no mounted hierarchy"}, {"cpu", "in no mounted hierarchy"}}},
    {"Version2WithoutPids",
     kUnified,
     "0::/\n",
     {{"/sys/fs/cgroup", top({"cpu", "memory"})}},
     {{"/sys/fs/cgroup", 2, {"memory", "cpu"}, true}},
     {{"pids", "in no mounted hierarchy"}}},
    {"NamesAreWhole",
     "1 2 0:29 / /x rw,relatime - cgroup x rw,memory2,mypids,cpuacct,name=memory\n",
     "1:memory2,mypids,cpuacct,name=memory:/\n",
     {{"/x", v1("0:29")}},
     {},
     {{"memory", "in no mounted hierarchy"}, {"pids", "in no mounted hierarchy"}, {"cpu", "in no mounted hierarchy"}}},
};

class Layout : public ::testing::TestWithParam<Row> {};

TEST_P(Layout, IsUnderstood) {
  const Row& row = GetParam();
  const CgroupLayout layout = choose_layout(row.mountinfo, row.own_groups, [&](const auto& folder) {
    const auto found = row.folders.find(folder.native());
    return found == row.folders.end() ? std::optional<GroupFacts>() : found->second;
  });
  EXPECT_EQ(layout.hierarchies, row.hierarchies);
  ASSERT_EQ(layout.lacks.size(), row.lacks.size());
  for (std::size_t i = 0; i < row.lacks.size(); ++i) {
    EXPECT_EQ(layout.lacks[i].controller, row.lacks[i].first);
    EXPECT_NE(layout.lacks[i].why.find(row.lacks[i].second), std::string::npos) << layout.lacks[i].why;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Layout, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

struct ProcessRow {
  const char* name;
  std::string mountinfo;
  std::string groups;
  std::vector<CgroupHierarchy> found;
};

const ProcessRow kProcessRows[] = {
    {"DockerOnHybrid",
     kHybrid,
     "8:pids:/docker/4f2a\n4:memory:/docker/4f2a\n2:cpuacct:/docker/4f2a\n1:cpu:/docker/4f2a\n0::/\n",
     {{"/sys/fs/cgroup/cpu/docker/4f2a", 1, {"cpu"}},
      {"/sys/fs/cgroup/cpuacct/docker/4f2a", 1, {"cpuacct"}},
      {"/sys/fs/cgroup/memory/docker/4f2a", 1, {"memory"}},
      {"/sys/fs/cgroup/pids/docker/4f2a", 1, {"pids"}}}},
    {"DockerOnUnified",
     kUnified,
     "0::/system.slice/docker-4f2a.scope\n",
     {{"/sys/fs/cgroup/system.slice/docker-4f2a.scope", 2, {"memory", "pids", "cpu", "cpuacct"}}}},
    {"BothInOneHierarchy",
     kRhel8,
     "3:cpu,cpuacct:/machine/x\n",
     {{"/sys/fs/cgroup/cpu,cpuacct/machine/x", 1, {"cpu", "cpuacct"}}}},
    {"TheRootSaysNothingOfOneContainer", kUnified, "0::/\n", {}},
    {"OutsideOfOurNamespace", kUnified, "0::/../../x\n", {}},
    {"BesideWhatOurMountShows", kDockerV1, "1:pids:/docker/other\n", {}},
    {"Nothing", "", "", {}},
};

class ProcessGroups : public ::testing::TestWithParam<ProcessRow> {};

TEST_P(ProcessGroups, AreFound) {
  EXPECT_EQ(groups_of_process(GetParam().mountinfo, GetParam().groups), GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(Table, ProcessGroups, ::testing::ValuesIn(kProcessRows),
                         [](const auto& row) { return row.param.name; });

TEST(LookAtGroup, FindsNothingWhereNothingIs) { EXPECT_FALSE(look_at_group("/nonexistent/group").has_value()); }

}  // namespace
}  // namespace berth::sys
