#include "berth/sys/interrupt.h"

#include <gtest/gtest.h>

#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

TEST(Interrupt, IsAskedForWithinItsScopeAlone) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  EXPECT_TRUE(testing::ok(check_interrupted()));
  {
    const InterruptScope scope(pipe->read.get());
    EXPECT_TRUE(testing::ok(rest(std::chrono::milliseconds(1))));
    ASSERT_TRUE(testing::ok(write_all(pipe->write.get(), "x", "a pipe")));
    EXPECT_TRUE(testing::fails_with(check_interrupted(), Errc::Unavailable, "it was interrupted"));
    EXPECT_TRUE(testing::fails_with(rest(std::chrono::hours(1)), Errc::Unavailable, "it was interrupted"));
    const InterruptScope none(-1);
    EXPECT_TRUE(testing::ok(check_interrupted()));
  }
  EXPECT_TRUE(testing::ok(check_interrupted()));
}

}  // namespace
}  // namespace berth::sys
