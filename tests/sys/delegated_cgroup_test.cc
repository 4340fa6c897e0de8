#include "berth/sys/delegated_cgroup.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUnified =
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

TEST(OwnCgroup, IsReadFromTheTextsOfProc) {
  const OwnCgroup own = own_cgroup(std::string("22 1 0:21 / /proc rw - proc proc rw\n") + kUnified,
                                   "1:name=systemd:/\n0::/user.slice/user-1000.slice/session-1.scope\n");
  EXPECT_EQ(own.mount, "/sys/fs/cgroup");
  EXPECT_EQ(own.root, "/");
  EXPECT_EQ(own.group, "/user.slice/user-1000.slice/session-1.scope");
  EXPECT_TRUE(own_cgroup("22 1 0:21 / /proc rw - proc proc rw\n", "4:memory:/x\n").mount.empty());
}

TEST(FoldersUpwards, GoFromTheNearestToTheMount) {
  EXPECT_THAT(folders_upwards({"/cg", "/", "/a/b"}), ElementsAre("/cg/a/b", "/cg/a", "/cg"));
  EXPECT_THAT(folders_upwards({"/cg", "/", "/"}), ElementsAre("/cg"));
  EXPECT_THAT(folders_upwards({"/cg", "/a", "/a/b"}), ElementsAre("/cg/b", "/cg"));
  EXPECT_THAT(folders_upwards({"/cg", "/elsewhere", "/a/b"}), IsEmpty());
  EXPECT_THAT(folders_upwards({"/cg", "/", "/../../a"}), IsEmpty());
  EXPECT_THAT(folders_upwards({"", "", ""}), IsEmpty());
}

// Groups as files. One without `cgroup.procs` cannot be used: where the tests run as root, no mode would forbid it.
class Delegated : public ::testing::Test {
 protected:
  void group(const std::string& path, const char* has, const char* hands_on, const char* processes) {
    const auto folder = temp_.path() / path;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "cgroup.controllers") << has << "\n";
    std::ofstream(folder / "cgroup.subtree_control") << hands_on << "\n";
    if (processes != nullptr) std::ofstream(folder / "cgroup.procs") << processes;
  }
  DelegatedCgroup choose(const std::string& own) { return choose_delegated(folders_upwards({temp_.path(), "/", own})); }

  testing::TempFolder temp_;
};

constexpr const char* kAll = "cpuset cpu io memory pids";

TEST_F(Delegated, IsTheNearestGroupThatHandsOnAll) {
  group(".", kAll, kAll, nullptr);
  group("user", kAll, kAll, nullptr);
  group("user/service", kAll, "cpu memory pids", "");
  group("user/service/app", "cpu memory pids", "cpu memory pids", "");
  group("user/service/app/scope", "cpu memory pids", "", "4711\n");
  const DelegatedCgroup chosen = choose("/user/service/app/scope");
  EXPECT_EQ(chosen.folder, temp_.path() / "user/service/app");
  EXPECT_THAT(chosen.controllers, ElementsAre("cpu", "memory", "pids"));
  EXPECT_EQ(chosen.why_not, "");
}

TEST_F(Delegated, IsFurtherUpWhereMoreIsHandedOn) {
  group(".", kAll, kAll, nullptr);
  group("service", kAll, "cpu memory pids", "");
  group("service/app", "memory pids", "memory pids", "");
  group("service/app/scope", "memory pids", "", "4711\n");
  EXPECT_EQ(choose("/service/app/scope").folder, temp_.path() / "service");
}

TEST_F(Delegated, MayBeAnEmptyGroupThatCanHandOn) {
  group(".", kAll, kAll, nullptr);
  group("service", kAll, "", "");
  group("service/scope", "", "", "4711\n");
  const DelegatedCgroup chosen = choose("/service/scope");
  EXPECT_EQ(chosen.folder, temp_.path() / "service");
  EXPECT_THAT(chosen.controllers, ElementsAre("cpu", "memory", "pids"));
}

TEST_F(Delegated, SaysWhatIsMissingFromIt) {
  group(".", kAll, kAll, nullptr);
  group("service", "memory pids", "memory pids", "");
  group("service/scope", "", "", "4711\n");
  const DelegatedCgroup chosen = choose("/service/scope");
  EXPECT_THAT(chosen.controllers, ElementsAre("memory", "pids"));
  EXPECT_THAT(chosen.remedy, HasSubstr("Delegate=cpu memory pids"));
}

TEST_F(Delegated, EndsAboveTheUsersOwnGroups) {
  group(".", kAll, kAll, "");  // usable by its files, but a stranger's group lies between
  group("user", kAll, kAll, nullptr);
  group("user/service", kAll, "", "1\n");
  const DelegatedCgroup chosen = choose("/user/service");
  EXPECT_TRUE(chosen.folder.empty());
  EXPECT_THAT(chosen.why_not, HasSubstr("hands any of memory, pids and cpu on"));
}

TEST_F(Delegated, IsMissingInASessionOfTheSystem) {
  group(".", kAll, kAll, nullptr);
  group("user", kAll, kAll, nullptr);
  group("user/session-1.scope", kAll, "", nullptr);
  const DelegatedCgroup chosen = choose("/user/session-1.scope");
  EXPECT_TRUE(chosen.folder.empty());
  EXPECT_THAT(chosen.controllers, IsEmpty());
  EXPECT_THAT(chosen.why_not, HasSubstr("no cgroup is delegated"));
  EXPECT_THAT(chosen.remedy, HasSubstr("systemd-run --user --scope"));
}

TEST_F(Delegated, IsMissingWhereVersionOneHasTheControllers) {
  group(".", "hugetlb", "", "1\n");
  EXPECT_THAT(choose("/").why_not, HasSubstr("no version 2 cgroups"));
  EXPECT_THAT(choose_delegated({}).why_not, HasSubstr("no version 2 cgroups"));
}

}  // namespace
}  // namespace berth::sys
