#include "berth/container/isolation_check.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "berth/base/unique_fd.h"
#include "berth/sys/child.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

// As the kernel writes it, shortened.
std::string status_with(const std::string& key = "", const std::string& value = "") {
  const std::pair<const char*, const char*> lines[] = {
      {"Name", "python3"},
      {"Uid", "1073745824\t1073745824\t1073745824\t1073745824"},
      {"Gid", "1073745824\t1073745824\t1073745824\t1073745824"},
      {"Groups", " "},
      {"CapInh", "0000000000000000"},
      {"CapPrm", "0000000000000000"},
      {"CapEff", "0000000000000000"},
      {"CapBnd", "0000000000000000"},
      {"CapAmb", "0000000000000000"},
      {"TracerPid", "0"},
      {"NoNewPrivs", "1"},
      {"Seccomp", "2"},
      {"Seccomp_filters", "2"},
  };
  std::string text;
  for (const auto& [name, usual] : lines) {
    if (name == key && value.empty()) continue;
    text += std::string(name) + ":\t" + (name == key ? value : usual) + "\n";
  }
  return text;
}

constexpr std::uint32_t kId = 1073745824;

TEST(IsolationCheck, TakesAChildThatIsIsolated) {
  EXPECT_TRUE(testing::ok(check_status(status_with(), kId, 2)));
  EXPECT_TRUE(testing::ok(check_status(status_with("Seccomp_filters", "3"), kId, 2)));
  EXPECT_TRUE(testing::ok(check_status(status_with("Seccomp_filters"), kId, 2))) << "a kernel that does not count";
}

struct Row {
  const char* key;
  const char* value;
  const char* why;
};
const Row kRows[] = {
    {"CapEff", "0000000000200000", "CapEff"},
    {"CapPrm", "00000000000000c0", "CapPrm"},
    {"CapBnd", "000001ffffffffff", "CapBnd"},
    {"CapInh", "0000000000000001", "CapInh"},
    {"CapAmb", "0000000000000001", "CapAmb"},
    {"CapAmb", "", "CapAmb"},
    {"Uid", "0\t0\t0\t0", "Uid"},
    {"Uid", "1073745824\t1073741824\t1073745824\t1073745824", "Uid"},
    {"Gid", "1073745824\t1073745824\t0\t0", "Gid"},
    {"Groups", "0 ", "groups"},
    {"Groups", "", "groups"},
    {"TracerPid", "77", "traces"},
    {"TracerPid", "", "traces"},
    {"NoNewPrivs", "0", "privileges"},
    {"NoNewPrivs", "", "privileges"},
    {"Seccomp", "0", "filter"},
    {"Seccomp", "1", "filter"},
    {"Seccomp_filters", "1", "a system call filter is missing"},
    {"Seccomp_filters", "x", "a system call filter is missing"},
};
TEST(IsolationCheck, RefusesWhatIsNot) {
  for (const Row& row : kRows) {
    EXPECT_TRUE(testing::fails_with(check_status(status_with(row.key, row.value), kId, 2), Errc::Denied, row.why))
        << row.key << " " << row.value;
  }
  EXPECT_TRUE(testing::fails_with(check_status("", kId, 2), Errc::Denied, "not isolated"));
}

TEST(IsolationCheck, LooksForTheGroupInEveryHierarchy) {
  const std::string two = "3:memory:/berth/ID-1\n2:cpu:/berth/ID-1\n0::/\n";
  EXPECT_TRUE(testing::ok(check_groups(two, "berth/ID-1", 2)));
  EXPECT_TRUE(testing::ok(check_groups("0::/system.slice/berth/ID-1\n", "berth/ID-1", 1)));
  for (const auto& [text, count] : {std::pair{two, 3},
                                    {std::string("3:memory:/berth/ID\n"), 1},
                                    {std::string("3:memory:/berth/ID-12\n"), 1},
                                    {std::string(), 1}}) {
    EXPECT_TRUE(testing::fails_with(check_groups(text, "berth/ID-1", static_cast<std::size_t>(count)), Errc::Denied,
                                    "not in its own cgroup"))
        << text;
  }
}

struct Depths {
  const char* name;
  const char* init;
  const char* reaper;
  const char* script;
  const char* why;  // null: as it should be
};
const Depths kDepths[] = {
    {"AsItShouldBe", "9\t1", "20\t12\t1", "21\t13\t2", nullptr},
    {"Deeper", "7\t9\t1", "8\t20\t12\t1", "9\t21\t13\t2", nullptr},
    {"NotTheFirst", "9\t1", "20\t12\t2", "21\t13\t3", "not the first process"},
    {"EndsInOne", "9\t1", "20\t12\t11", "21\t13\t2", "not the first process"},
    {"InitItself", "9\t1", "9\t1", "21\t13\t2", "not one below"},
    {"TooDeep", "9\t1", "20\t12\t5\t1", "21\t13\t6\t2", "not one below"},
    {"ScriptBeside", "9\t1", "20\t12\t1", "21\t13", "not one below"},
    {"ScriptBelow", "9\t1", "20\t12\t1", "21\t13\t2\t1", "not one below"},
    {"Untold", "", "", "", "not the first process"},
};
TEST(IsolationCheck, WantsOnePidNamespaceBelowTheContainer) {
  const auto status = [](const char* numbers) { return std::string("Name:\tx\nNSpid:\t") + numbers + "\n"; };
  for (const Depths& row : kDepths) {
    const auto checked = check_depth(status(row.init), status(row.reaper), status(row.script));
    if (row.why == nullptr) {
      EXPECT_TRUE(testing::ok(checked)) << row.name;
    } else {
      EXPECT_TRUE(testing::fails_with(checked, Errc::Denied, row.why)) << row.name;
    }
  }
}

TEST(IsolationCheck, RefusesAProcessOfOurs) {
  const UniqueFd own(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  ASSERT_TRUE(own);
  const ShownChild child = {own.get(), own.get(), ::getuid(), 0, ::getpid(), {}};
  EXPECT_TRUE(testing::fails_with(check_isolation(child), Errc::Denied, "not isolated"));
}

struct Sharing {
  const char* name;
  std::uint64_t flags;
  const char* why;  // null: nothing is
};
const Sharing kSharings[] = {{"ACopy", 0, nullptr},
                             {"Descriptors", CLONE_FILES, "its table of descriptors is another process's"},
                             {"Folder", CLONE_FS, "its root and folder is another process's"}};
TEST(IsolationCheck, WantsNothingSharedWithAnother) {
  for (const Sharing& row : kSharings) {
    const auto child = sys::Child::start(row.flags, std::nullopt, []() -> int {
      for (;;) ::pause();
    });
    ASSERT_TRUE(testing::ok(child));
    const auto checked = check_shares_nothing(child->pid(), ::getpid());
    if (row.why == nullptr) {
      EXPECT_TRUE(testing::ok(checked)) << row.name;
    } else {
      EXPECT_TRUE(testing::fails_with(checked, Errc::Denied, row.why)) << row.name;
    }
  }
  EXPECT_TRUE(testing::fails_with(check_shares_nothing(::getpid(), ::getpid()), Errc::Denied, "its memory"));
}

TEST(IsolationCheck, FindsSharedMemory) {
  // A process on our memory: the thread that made it stands still until it has ended (vfork(2)).
  std::atomic<pid_t> born = 0;
  std::thread maker([&] {
    if (::vfork() == 0) {  // NOLINT(bugprone-unsafe-functions): to share memory is what it is for
      born = static_cast<pid_t>(::syscall(SYS_getpid));
      for (;;) ::syscall(SYS_ppoll, nullptr, 0, nullptr, nullptr, 0);
    }
  });
  while (born == 0) std::this_thread::yield();
  EXPECT_TRUE(testing::fails_with(check_shares_nothing(born, ::getpid()), Errc::Denied,
                                  "its memory is another process's as well"));
  ::kill(born, SIGKILL);
  maker.join();
}

TEST(IsolationCheck, FindsTheProcessBehindAPidfd) {
  const UniqueFd own(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  ASSERT_TRUE(own);
  EXPECT_EQ(pid_of(own.get()).value_or(-1), ::getpid());
  EXPECT_FALSE(pid_of(0).has_value());
}

}  // namespace
}  // namespace berth::container
