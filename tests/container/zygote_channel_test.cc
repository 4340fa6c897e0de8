#include "berth/container/zygote_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "berth/sys/passed_descriptors.h"
#include "berth/sys/pipe.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using namespace std::chrono_literals;
using fork::Wish;
using fork::Word;

// A zygote that says what it is told to, whatever it was asked.
class ZygoteChannelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pair = sys::make_socket_pair();
    ASSERT_TRUE(testing::ok(pair));
    zygote_ = std::move(pair->theirs);
    channel_.emplace(std::move(pair->ours));
  }
  void says(const fork::Answer& answer) {
    ASSERT_EQ(::send(zygote_.get(), &answer, sizeof answer, 0), static_cast<ssize_t>(sizeof answer));
  }
  // How many orders have come.
  int orders() {
    fork::Order order = {};
    int count = 0;
    while (::recv(zygote_.get(), &order, sizeof order, MSG_DONTWAIT) > 0) ++count;
    return count;
  }
  Result<ZygoteAnswer> ask(std::uint32_t number, std::chrono::milliseconds patience = 10ms) {
    return channel_->ask({Wish::Status, number, 0, 0}, {}, Word::Status, Patience::of(patience));
  }

  UniqueFd zygote_;
  std::optional<ZygoteChannel> channel_;
};

TEST_F(ZygoteChannelTest, GivesTheAnswer) {
  says({Word::Status, 7, 9, "", 11, 13});
  const auto answer = ask(7);
  ASSERT_TRUE(testing::ok(answer));
  EXPECT_EQ(answer->what.value, 9);
  EXPECT_EQ(answer->what.cpu_nanoseconds, 11U);
  EXPECT_FALSE(channel_->is_over());
}

TEST_F(ZygoteChannelTest, GoesOnAfterAnOrderThatFailed) {
  says({Word::Failed, 7, EMFILE, "unshare\x1b[2J", 0, 0});
  EXPECT_TRUE(testing::fails_with(ask(7), Errc::Exhausted, "in the zygote: unshare"));
  EXPECT_FALSE(channel_->is_over());
  says({Word::Status, 8, 9, "", 0, 0});
  EXPECT_TRUE(testing::ok(ask(8)));
}

TEST_F(ZygoteChannelTest, TakesNoRefusalForAChildThatIsNotIsolated) {
  says({Word::Failed, 7, EPERM, "unshare", 0, 0});
  EXPECT_TRUE(testing::fails_with(ask(7), Errc::Unavailable, "in the zygote: unshare: Operation not permitted"));
  EXPECT_FALSE(channel_->is_over());
}

TEST_F(ZygoteChannelTest, TellsPagesAfterTheOrder) {
  const std::vector<std::uint64_t> pages = {0x1000, 0x7f0000002000};
  channel_->tell_pages(pages);
  struct {
    fork::Order order;
    std::uint64_t pages[3];
  } got = {};
  ASSERT_EQ(::recv(zygote_.get(), &got, sizeof got, MSG_DONTWAIT), static_cast<ssize_t>(sizeof(fork::Order) + 16));
  EXPECT_EQ(got.order.wish, Wish::Pages);
  EXPECT_EQ(got.order.number, 2U);
  EXPECT_EQ(got.pages[0], pages[0]);
  EXPECT_EQ(got.pages[1], pages[1]);
}

TEST_F(ZygoteChannelTest, TakesNoLateAnswerForThatToAnotherOrder) {
  EXPECT_TRUE(testing::fails_with(ask(7), Errc::TimedOut, "too long"));
  EXPECT_TRUE(channel_->is_over());
  says({Word::Status, 7, 9, "", 0, 0});
  EXPECT_TRUE(testing::fails_with(ask(7, 10s), Errc::Unavailable, "is over"));
  EXPECT_EQ(orders(), 1);
  channel_->tell({Wish::Gone, 7, 0, 0});
  EXPECT_EQ(orders(), 1) << "to let go of a child needs no answer";
}

struct Lie {
  const char* name;
  fork::Answer answer;
};
const Lie kLies[] = {
    {"OtherNumber", {Word::Status, 8, 0, "", 0, 0}}, {"OtherWord", {Word::Child, 7, 0, "", 0, 0}},
    {"ReadyAgain", {Word::Ready, 7, 0, "", 0, 0}},   {"FailureOfAnother", {Word::Failed, 8, EPERM, "", 0, 0}},
    {"NoWord", {Word{77}, 7, 0, "", 0, 0}},
};
TEST_F(ZygoteChannelTest, IsOverAfterALie) {
  for (const Lie& lie : kLies) {
    SetUp();
    says(lie.answer);
    EXPECT_TRUE(testing::fails_with(ask(7), Errc::Corrupt, "something else")) << lie.name;
    EXPECT_TRUE(channel_->is_over()) << lie.name;
  }
  SetUp();
  ASSERT_EQ(::send(zygote_.get(), "short", 5, 0), 5);
  EXPECT_TRUE(testing::fails_with(ask(7), Errc::Corrupt, "no message of ours"));
  EXPECT_TRUE(channel_->is_over());
  SetUp();
  zygote_.reset();
  EXPECT_FALSE(ask(7).has_value());
  EXPECT_TRUE(channel_->is_over());
}

TEST_F(ZygoteChannelTest, IsHeldUpByNobodyWhoTakesNoOrders) {
  for (int i = 0; i < 10'000 && !channel_->is_over(); ++i) channel_->tell({Wish::Gone, 7, 0, 0});
  EXPECT_TRUE(channel_->is_over());
  EXPECT_GT(orders(), 0);
}

TEST_F(ZygoteChannelTest, IsInterrupted) {
  auto pipe = sys::make_pipe();
  ASSERT_TRUE(testing::ok(pipe));
  pipe->write.reset();
  const Patience patience = {std::chrono::steady_clock::now() + 10min, pipe->read.get()};
  EXPECT_TRUE(testing::fails_with(channel_->wait_until_ready(patience), Errc::TimedOut, "interrupted"));
  EXPECT_TRUE(channel_->is_over());
}

}  // namespace
}  // namespace berth::container
