#include "berth/sys/passed_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

TEST(PassedDescriptors, ArriveInOrderAndClosedOnExec) {
  auto sockets = make_socket_pair();
  auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(sockets));
  ASSERT_TRUE(testing::ok(pipe));
  const std::array<int, 2> given = {pipe->read.get(), pipe->write.get()};
  ASSERT_TRUE(testing::ok(send_descriptors(sockets->theirs.get(), given)));
  const auto taken = receive_descriptors(sockets->ours.get());
  ASSERT_TRUE(testing::ok(taken));
  ASSERT_EQ(taken->size(), 2u);
  for (const UniqueFd& fd : *taken) EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
  ASSERT_EQ(::write((*taken)[1].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe->read.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST(PassedDescriptors, AreMissedWhenTheOtherEndIsClosed) {
  auto sockets = make_socket_pair();
  ASSERT_TRUE(testing::ok(sockets));
  sockets->theirs.reset();
  EXPECT_TRUE(
      testing::fails_with(receive_descriptors(sockets->ours.get()), Errc::Unavailable, "the other end was closed"));
}

TEST(PassedDescriptors, AreNoneInAPlainMessage) {
  auto sockets = make_socket_pair();
  ASSERT_TRUE(testing::ok(sockets));
  ASSERT_EQ(::send(sockets->theirs.get(), "d", 1, 0), 1);
  const auto taken = receive_descriptors(sockets->ours.get());
  ASSERT_TRUE(testing::ok(taken));
  EXPECT_TRUE(taken->empty());
  ASSERT_EQ(::send(sockets->theirs.get(), "dd", 2, 0), 2);
  EXPECT_TRUE(testing::fails_with(receive_descriptors(sockets->ours.get()), Errc::Corrupt, "more in the message"));
}

}  // namespace
}  // namespace berth::sys
