#include "berth/sys/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

int sleep_for_ever() {
  for (;;) ::pause();
}

Result<Child> start(const std::function<int()>& body) { return Child::start(0, std::nullopt, body); }

// Nothing of the process is left, not even a zombie.
bool is_gone(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) < 0 && errno == ECHILD; }

bool is_readable(int fd, int milliseconds) {
  pollfd polled = {fd, POLLIN, 0};
  return ::poll(&polled, 1, milliseconds) == 1;
}

TEST(Child, GivesItsExitStatus) {
  auto child = start([] { return 42; });
  ASSERT_TRUE(testing::ok(child));
  const pid_t pid = child->pid();
  const auto ending = child->wait();
  ASSERT_TRUE(testing::ok(ending));
  ASSERT_TRUE(WIFEXITED(ending->status));
  EXPECT_EQ(WEXITSTATUS(ending->status), 42);
  EXPECT_TRUE(is_gone(pid));
}

TEST(Child, IsKilled) {
  auto child = start(sleep_for_ever);
  ASSERT_TRUE(testing::ok(child));
  EXPECT_FALSE(is_readable(child->pidfd(), 0));
  ASSERT_TRUE(testing::ok(child->kill(SIGTERM)));
  EXPECT_TRUE(is_readable(child->pidfd(), 10'000));
  // It has ended, and nobody has waited for it.
  EXPECT_TRUE(testing::ok(child->kill(SIGKILL)));
  const auto ending = child->wait();
  ASSERT_TRUE(testing::ok(ending));
  ASSERT_TRUE(WIFSIGNALED(ending->status));
  EXPECT_EQ(WTERMSIG(ending->status), SIGTERM);
  EXPECT_TRUE(testing::ok(child->kill(SIGKILL)));
}

TEST(Child, IsBornInANetworkThatItsParentIsNotIn) {
  // In a process of its own, which may make namespaces where the tests' user may.
  auto child = start([] {
    if (::unshare(CLONE_NEWUSER) != 0) return 77;
    const int own = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    auto holder = Child::start(CLONE_NEWNET, std::nullopt, sleep_for_ever);
    if (!holder) return 77;
    const std::string at = "/proc/" + std::to_string(holder->pid()) + "/ns/net";
    const int there = ::open(at.c_str(), O_RDONLY | O_CLOEXEC);
    if (own < 0 || there < 0) return 77;
    const pid_t parent = ::getpid();
    auto born = Child::start_in_network(there, CLONE_NEWPID, std::nullopt, [&] {
      struct stat here = {};
      struct stat wanted = {};
      ::stat("/proc/self/ns/net", &here);
      ::fstat(there, &wanted);
      return here.st_ino == wanted.st_ino && ::getpid() == 1 ? 42 : 1;
    });
    if (!born || born->pid() == parent) return 2;
    const auto ending = born->wait();
    if (!ending || WEXITSTATUS(ending->status) != 42) return 3;
    struct stat before = {};
    struct stat after = {};
    ::fstat(own, &before);
    ::stat("/proc/self/ns/net", &after);
    return before.st_ino == after.st_ino ? 0 : 4;
  });
  ASSERT_TRUE(testing::ok(child));
  const auto ending = child->wait();
  ASSERT_TRUE(testing::ok(ending));
  if (WEXITSTATUS(ending->status) == 77) GTEST_SKIP() << "no user or network namespaces here";
  EXPECT_EQ(WEXITSTATUS(ending->status), 0);
}

TEST(Child, IsNotBornInWhatIsNoNetwork) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  auto born = Child::start_in_network(pipe->read.get(), 0, std::nullopt, [] { return 0; });
  EXPECT_TRUE(testing::fails_with(born, Errc::InvalidInput, "setns"));
}

TEST(Child, DiesWithItsOwner) {
  pid_t pid = 0;
  {
    auto child = start(sleep_for_ever);
    ASSERT_TRUE(testing::ok(child));
    pid = child->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_TRUE(is_gone(pid));
}

TEST(Child, DiesWhenItsPlaceIsTaken) {
  auto first = start(sleep_for_ever);
  auto second = start(sleep_for_ever);
  ASSERT_TRUE(testing::ok(first));
  ASSERT_TRUE(testing::ok(second));
  const pid_t old = first->pid();
  const pid_t young = second->pid();
  *first = *std::move(second);
  EXPECT_TRUE(is_gone(old));
  EXPECT_EQ(first->pid(), young);
  EXPECT_EQ(::kill(young, 0), 0);
}

TEST(Child, LivesOnWhenMoved) {
  auto child = start(sleep_for_ever);
  ASSERT_TRUE(testing::ok(child));
  std::optional<Child> moved(*std::move(child));
  EXPECT_EQ(::kill(moved->pid(), 0), 0);
  const pid_t pid = moved->pid();
  moved.reset();
  EXPECT_TRUE(is_gone(pid));
}

TEST(Child, LivesOnWhenGivenUp) {
  pid_t pid = 0;
  {
    auto child = start(sleep_for_ever);
    ASSERT_TRUE(testing::ok(child));
    pid = child->pid();
    child->release();
    EXPECT_TRUE(testing::ok(child->kill(SIGKILL)));
  }
  EXPECT_EQ(::kill(pid, 0), 0);
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), 0);
  ::kill(pid, SIGKILL);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(Child, SaysWhatItUsed) {
  auto child = start([] {
    for (;;) {
      rusage usage = {};
      ::getrusage(RUSAGE_SELF, &usage);
      if (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec > 20'000) return 0;
    }
  });
  ASSERT_TRUE(testing::ok(child));
  const auto ending = child->wait();
  ASSERT_TRUE(testing::ok(ending));
  EXPECT_GE(ending->usage.ru_utime.tv_usec + ending->usage.ru_stime.tv_usec, 20'000);
}

TEST(Child, SaysWhichNamespacesItCouldNotHave) {
  constexpr std::uint64_t kNoSuchFlag = 1ull << 60;
  EXPECT_TRUE(testing::fails_with(Child::start(kNoSuchFlag, std::nullopt, [] { return 0; }), Errc::InvalidInput,
                                  "clone3 with flags 0x1000000000000000"));
}

}  // namespace
}  // namespace berth::sys
