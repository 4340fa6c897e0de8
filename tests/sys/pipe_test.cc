#include "berth/sys/pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

TEST(Pipe, CarriesBytesAndIsClosedOnExec) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  for (const int fd : {pipe->read.get(), pipe->write.get()}) EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
  ASSERT_EQ(::write(pipe->write.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(pipe->read.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST(Pipe, ReturnsAtOnceWhenNonBlocking) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  ASSERT_TRUE(testing::ok(set_nonblocking(pipe->read.get(), "the pipe")));
  char byte = 0;
  EXPECT_EQ(::read(pipe->read.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_TRUE(testing::fails_with(set_nonblocking(-1, "the pipe"), Errc::InvalidInput, "read the flags of the pipe"));
}

}  // namespace
}  // namespace berth::sys
