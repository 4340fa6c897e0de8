// loop/fork.cc as a zygote uses it, spoken to by the host's own side of the conversation.
#include "berth/container/fork_library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "berth/container/fork_plan.h"
#include "berth/container/isolation_check.h"
#include "berth/container/zygote_channel.h"
#include "berth/sys/file.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "tests/support/needs.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;
constexpr std::uint64_t kBurnt = 60'000'000;  // nanoseconds of processor time that the first child uses
constexpr int kExit = 66;

struct Library {
  long (*open)(int);
  long (*wait)();
  long (*forked)(int);
  long (*isolate)();
  const char* (*failed_step)();
};

Library load() {
  const int file = ::memfd_create("fork.so", MFD_CLOEXEC);
  const std::string_view bytes = fork_library();
  if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) ::_exit(10);
  void* handle = ::dlopen(fmt::format("/proc/self/fd/{}", file).c_str(), RTLD_NOW);
  if (handle == nullptr) ::_exit(11);
  Library library = {};
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
    if (function == nullptr) ::_exit(12);
  };
  find(library.open, "berth_open");
  find(library.wait, "berth_wait");
  find(library.forked, "berth_forked");
  find(library.isolate, "berth_isolate");
  find(library.failed_step, "berth_failed_step");
  return library;
}

void burn() {
  timespec used = {};
  do ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  while (static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec) < kBurnt);
}

// What zygote.py does. The first child tells the step that failed, and ends; the others live until they are killed.
[[noreturn]] void serve(int socket) {
  if (::mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0 || ::mkdir("/run/berth", 0700) != 0) ::_exit(20);
  const auto plan = std::make_unique<fork::Plan>();
  plan->schema = fork::kSchema;
  const int file = ::open(fork::kPlanFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (::write(file, plan.get(), sizeof *plan) != static_cast<ssize_t>(sizeof *plan)) ::_exit(21);
  const Library library = load();
  if (library.open(socket) != 0) ::_exit(22);
  for (bool is_first = true; library.wait() == 1; is_first = false) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (library.isolate() == 0) ::_exit(23);
      const std::string step = library.failed_step();
      if (::write(2, step.data(), step.size()) < 0) ::_exit(24);
      if (!is_first) ::pause();
      burn();
      ::_exit(kExit);
    }
    if (library.forked(pid) != 0) ::_exit(25);
  }
  ::_exit(0);
}

// Root of a user namespace of its own, so that the test needs no root.
Result<void> be_root_of_oneself() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  BERTH_CHECK_OK(sys::check([] { return ::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID); }, "unshare"));
  for (const auto& [name, text] : {std::pair{"setgroups", std::string("deny")},
                                   {"uid_map", fmt::format("0 {} 1", user)},
                                   {"gid_map", fmt::format("0 {} 1", group)}}) {
    const std::string path = fmt::format("/proc/self/{}", name);
    BERTH_TRY(const int fd, sys::call([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }, "open {}", path));
    const UniqueFd file(fd);
    BERTH_CHECK_OK(sys::check([&] { return ::write(fd, text.data(), text.size()); }, "write {}", path));
  }
  return {};
}

// A process that is one, or says that it cannot be.
class ForkLibrary : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pair = sys::make_socket_pair();
    ASSERT_TRUE(testing::ok(pair));
    server_ = ::fork();
    if (server_ == 0) {
      pair->ours.reset();
      if (!be_root_of_oneself()) ::_exit(9);
      const pid_t first = ::fork();
      if (first == 0) serve(pair->theirs.get());
      pair->theirs.reset();
      int status = 0;
      ::waitpid(first, &status, 0);
      ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 8);
    }
    pair->theirs.reset();
    channel_.emplace(std::move(pair->ours));
    const auto ready = channel_->wait_until_ready(Patience::of(kPatience));
    if (!ready) {
      const int code = end();
      BERTH_NEEDS("userns", code == 9 || code == 20 ? Result<void>(ready) : Result<void>());
      FAIL() << ready.error().message() << ", exit code " << code;
    }
  }
  void TearDown() override { end(); }
  int end() {
    channel_.reset();
    int status = 0;
    if (server_ > 0) ::waitpid(std::exchange(server_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // Orders a child that fails at its second step, since a group that is full takes nobody.
  Result<ZygoteAnswer> fork_child(std::uint32_t number) {
    BERTH_TRY(sys::Pipe pipe, sys::make_pipe());
    BERTH_TRY(const int full, sys::call([] { return ::open("/dev/full", O_WRONLY | O_CLOEXEC); }, "open /dev/full"));
    BERTH_TRY(const int nothing, sys::call([] { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }, "open /dev/null"));
    const UniqueFd group(full);
    const UniqueFd other(nothing);
    const int descriptors[] = {nothing, nothing, nothing, pipe.write.get(), nothing, full};
    complaints_ = std::move(pipe.read);
    return channel_->ask({fork::Wish::Child, number, 1, 0}, descriptors, fork::Word::Child, Patience::of(kPatience));
  }
  std::string complaint() {
    std::string text(100, '\0');
    if (!wait_to_read(complaints_.get(), Patience::of(kPatience), "wait")) return "nothing";
    const ssize_t got = ::read(complaints_.get(), text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  static bool ends(const UniqueFd& process) {
    return wait_to_read(process.get(), Patience::of(kPatience), "").has_value();
  }

  pid_t server_ = -1;
  std::optional<ZygoteChannel> channel_;
  UniqueFd complaints_;
};

TEST_F(ForkLibrary, TellsWhatAChildSaidAndUsed) {
  const auto child = fork_child(1);
  ASSERT_TRUE(testing::ok(child));
  EXPECT_EQ(complaint(), "join the cgroup");
  ASSERT_TRUE(ends(child->descriptors[1]));
  const auto told = channel_->ask({fork::Wish::Status, 1, 0, 0}, {}, fork::Word::Status, Patience::of(kPatience));
  ASSERT_TRUE(testing::ok(told));
  EXPECT_EQ(told->what.value, kExit << 8);
  EXPECT_GE(told->what.cpu_nanoseconds, kBurnt / 2);
  EXPECT_LT(told->what.cpu_nanoseconds, kBurnt * 10);
  EXPECT_GT(told->what.largest_bytes, 100'000U);
  const auto unknown = channel_->ask({fork::Wish::Status, 2, 0, 0}, {}, fork::Word::Status, Patience::of(kPatience));
  ASSERT_TRUE(testing::ok(unknown));
  EXPECT_EQ(unknown->what.value, -1);
}

TEST_F(ForkLibrary, TakesPagesBetweenOrders) {
  const std::vector<std::uint64_t> pages(fork::kMostPages, 0x1000);
  channel_->tell_pages(pages);
  const auto child = fork_child(1);
  ASSERT_TRUE(testing::ok(child));
  EXPECT_EQ(complaint(), "join the cgroup");
  channel_->tell_pages({});
  EXPECT_TRUE(testing::ok(fork_child(2)));
}

TEST_F(ForkLibrary, EndsAndCollectsAChildThatNobodyWants) {
  const auto first = fork_child(1);
  ASSERT_TRUE(testing::ok(first));
  ASSERT_TRUE(ends(first->descriptors[1]));
  const auto second = fork_child(2);
  ASSERT_TRUE(testing::ok(second));
  EXPECT_EQ(complaint(), "join the cgroup");
  for (const std::uint32_t number : {1U, 2U}) channel_->tell({fork::Wish::Gone, number, 0, 0});
  for (const auto* child : {&*first, &*second}) {
    for (const UniqueFd& process : child->descriptors) {
      ASSERT_TRUE(ends(process));
      const auto until = std::chrono::steady_clock::now() + kPatience;
      while (pid_of(process.get()) && std::chrono::steady_clock::now() < until) ::poll(nullptr, 0, 1);
      EXPECT_FALSE(pid_of(process.get()).has_value()) << "it was not waited for";
    }
  }
}

// It has taken no step of its isolation but the first.
TEST_F(ForkLibrary, ShowsChildrenThatAreLookedAtAsTheyAre) {
  const auto first = fork_child(1);
  ASSERT_TRUE(testing::ok(first));
  ASSERT_TRUE(ends(first->descriptors[1]));
  const auto child = fork_child(2);
  ASSERT_TRUE(testing::ok(child));
  ASSERT_EQ(complaint(), "join the cgroup");
  const auto children = sys::read_file(fmt::format("/proc/{0}/task/{0}/children", server_), 4096);
  BERTH_NEEDS("a list of children in /proc", children);
  const auto zygote = static_cast<pid_t>(std::stol(*children));
  const int reaper = child->descriptors[0].get();
  const int script = child->descriptors[1].get();
  EXPECT_TRUE(
      testing::fails_with(check_isolation({reaper, script, 4000, 0, zygote, {}}), Errc::Denied, "is not empty"));
  EXPECT_TRUE(testing::fails_with(check_isolation({script, reaper, 4000, 0, zygote, {}}), Errc::Denied,
                                  "not the first process there"));
  EXPECT_TRUE(testing::fails_with(check_isolation({reaper, script, 4000, 0, server_, {}}), Errc::Denied,
                                  "not one below that of the container"));
  EXPECT_TRUE(testing::fails_with(check_isolation({first->descriptors[0].get(), script, 4000, 0, zygote, {}}),
                                  Errc::Denied, "would outlive"));
}

}  // namespace
}  // namespace berth::container
