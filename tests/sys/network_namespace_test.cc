#include "berth/sys/network_namespace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/sys/child.h"
#include "berth/sys/id_map.h"
#include "tests/support/needs.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

constexpr IdRange kIds = {1'900'000'000, 65'536};

ino_t inode_of(int fd) {
  struct stat status = {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

TEST(NetworkNamespace, BelongsToTheUserNamespaceNamed) {
  const auto owner = make_mapped_namespace(kIds);
  BERTH_NEEDS("userns", owner);
  const auto made = make_network_namespace_of(owner->get());
  ASSERT_TRUE(testing::ok(made));
  const UniqueFd found(::ioctl(made->get(), NS_GET_USERNS));
  ASSERT_TRUE(found);
  EXPECT_EQ(inode_of(found.get()), inode_of(owner->get()));
  EXPECT_EQ(::fcntl(made->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  const auto other = make_network_namespace_of(owner->get());
  ASSERT_TRUE(testing::ok(other));
  EXPECT_NE(inode_of(other->get()), inode_of(made->get()));
  const UniqueFd ours(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  EXPECT_NE(inode_of(ours.get()), inode_of(made->get()));
}

TEST(NetworkNamespace, SaysWhatItCannotEnter) {
  const UniqueFd none(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(
      testing::fails_with(make_network_namespace_of(none.get()), Errc::InvalidInput, "enter the user namespace"));
}

}  // namespace
}  // namespace berth::sys
