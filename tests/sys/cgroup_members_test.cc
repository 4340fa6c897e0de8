#include "berth/sys/cgroup_members.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "berth/sys/child.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

Child sleeper() {
  auto child = Child::start(0, std::nullopt, [] {
    ::pause();
    return 0;
  });
  EXPECT_TRUE(testing::ok(child));
  return std::move(*child);
}

// Whether the process has ended, without waiting for one that has not.
bool has_ended(const Child& child) {
  siginfo_t info = {};
  return ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

bool ends(const Child& child) {
  siginfo_t info = {};
  return ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0;
}

// A group as far as a file tree can be one.
class Group {
 public:
  void write(const char* file, const std::string& text) { std::ofstream(folder_.path() / file) << text; }
  std::string read(const char* file) {
    std::ifstream stream(folder_.path() / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  testing::TempFolder folder_;
};

TEST(MembersOf, AreTheLinesThatAreNumbers) {
  Group group;
  group.write("cgroup.procs", "0\n17\nnonsense\n4194303\n99999999999\n5");
  EXPECT_EQ(members_of(group.path()), (std::vector<pid_t>{0, 17, 4194303, 5}));
  EXPECT_TRUE(members_of("/nonexistent").empty());
}

TEST(KillMembers, EndsThoseAndNobodyElse) {
  Child one = sleeper();
  Child two = sleeper();
  Child spared = sleeper();
  Child other = sleeper();
  const std::vector<pid_t> members = {one.pid(), two.pid(), spared.pid()};
  EXPECT_EQ(kill_members([&] { return members; }, spared.pid()), 2);
  EXPECT_TRUE(ends(one));
  EXPECT_TRUE(ends(two));
  EXPECT_FALSE(has_ended(spared));
  EXPECT_FALSE(has_ended(other));
}

TEST(KillMembers, LeavesANumberAloneThatIsNoLongerInTheGroup) {
  Child stranger = sleeper();
  int readings = 0;
  EXPECT_EQ(
      kill_members([&] { return ++readings == 1 ? std::vector<pid_t>{stranger.pid()} : std::vector<pid_t>{}; }, 0), 1);
  EXPECT_EQ(readings, 2);
  // Long enough that a signal would have arrived: it is delivered before the call that sends it returns.
  EXPECT_FALSE(has_ended(stranger));
}

TEST(KillMembers, NeverMeansInitOrAProcessWithoutNumber) {
  EXPECT_EQ(kill_members([] { return std::vector<pid_t>{0, 1}; }, -1), 2);
  EXPECT_EQ(kill_members([] { return std::vector<pid_t>{}; }, 0), 0);
}

TEST(KillGroup, UsesTheKernelsOwnFileWhereThereIsOne) {
  Group group;
  EXPECT_FALSE(kill_group(group.path()));
  group.write("cgroup.kill", "");
  EXPECT_TRUE(kill_group(group.path()));
  EXPECT_EQ(group.read("cgroup.kill"), "1");
}

}  // namespace
}  // namespace berth::sys
