#include "berth/container/process_tree.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "berth/sys/child.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A process with two children and a grandchild, all of which wait; it adopts what loses its parent, as init does.
int have_descendants(const sys::Pipe& ready) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  for (int i = 0; i < 2; ++i) {
    if (::fork() != 0) continue;
    if (i == 0) ::fork();
    [[maybe_unused]] const auto told = ::write(ready.write.get(), "r", 1);
    for (;;) ::pause();
  }
  for (;;) ::waitpid(-1, nullptr, 0);
}

TEST(ProcessTree, HoldsAllThatDescend) {
  const auto ready = sys::make_pipe();
  ASSERT_TRUE(testing::ok(ready));
  auto root = sys::Child::start(0, std::nullopt, [&] { return have_descendants(*ready); });
  ASSERT_TRUE(testing::ok(root));
  char byte = 0;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(::read(ready->read.get(), &byte, 1), 1);
  const auto found = descendants_of(root->pid());
  ASSERT_TRUE(testing::ok(found));
  EXPECT_THAT(*found, SizeIs(3));
  EXPECT_EQ(std::ranges::count(*found, root->pid()), 0);

  EXPECT_TRUE(testing::ok(kill_descendants_of(root->pid())));
  EXPECT_THAT(*descendants_of(root->pid()), IsEmpty());
  EXPECT_EQ(::kill(root->pid(), 0), 0) << "the process itself is spared";
}

TEST(ProcessTree, OfNoProcessIsAnError) {
  const auto found = descendants_of(0x3fffffff);
  EXPECT_TRUE(testing::fails_with(found, Errc::NotFound, "list the processes of a container"));
}

}  // namespace
}  // namespace berth::container
