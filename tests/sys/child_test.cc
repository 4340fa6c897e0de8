#include "berth/sys/child.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

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
