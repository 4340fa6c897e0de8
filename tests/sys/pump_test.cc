#include "berth/sys/pump.h"

#include <gtest/gtest.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::sys {
namespace {

class PumpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    auto in = make_pipe();
    auto out = make_pipe();
    ASSERT_TRUE(in && out);
    in_ = *std::move(in);
    out_ = *std::move(out);
  }

  Pipe in_;
  Pipe out_;
  Pump pump_;
};

TEST_F(PumpTest, PassesOnAndEnds) {
  ASSERT_TRUE(testing::ok(write_all(in_.write.get(), std::string(2 * PIPE_BUF, 'x'), "the pipe")));
  ASSERT_TRUE(testing::ok(pump_.read(in_.read.get())));
  EXPECT_FALSE(pump_.wants_input());
  // No more than a pipe takes at once.
  ASSERT_TRUE(testing::ok(pump_.write(out_.write.get())));
  EXPECT_TRUE(pump_.wants_output());
  ASSERT_TRUE(testing::ok(pump_.write(out_.write.get())));
  EXPECT_TRUE(pump_.wants_input());
  EXPECT_FALSE(pump_.is_done());
  in_.write.reset();
  ASSERT_TRUE(testing::ok(pump_.read(in_.read.get())));
  EXPECT_TRUE(pump_.is_done());
}

TEST_F(PumpTest, IsDoneWhenNobodyReads) {
  ASSERT_TRUE(testing::ok(write_all(in_.write.get(), "x", "the pipe")));
  ASSERT_TRUE(testing::ok(pump_.read(in_.read.get())));
  out_.read.reset();
  ASSERT_TRUE(testing::ok(pump_.write(out_.write.get())));
  EXPECT_TRUE(pump_.is_done());
}

TEST_F(PumpTest, WaitsWhereThereIsNothing) {
  ASSERT_TRUE(testing::ok(set_nonblocking(in_.read.get(), "the pipe")));
  ASSERT_TRUE(testing::ok(pump_.read(in_.read.get())));
  EXPECT_TRUE(pump_.wants_input());
}

TEST_F(PumpTest, TellsWhatItCannotRead) {
  EXPECT_TRUE(testing::fails_with(pump_.read(-1), Errc::InvalidInput, "read what is to be passed on"));
}

}  // namespace
}  // namespace berth::sys
