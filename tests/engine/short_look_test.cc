#include "berth/engine/short_look.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace berth::engine {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A machine whose clock goes on only when somebody looks or gives way.
class ShortLookTest : public testing::Test {
 protected:
  bool look(microseconds turn, int ready_at_look = 1'000'000) {
    looks_ = 0;
    return look_.finds([&] { return ++looks_ >= ready_at_look; }, [&] { now_ += turn; }, [&] { return now_; });
  }

  ShortLook look_;
  ShortLook::Clock::time_point now_ = ShortLook::Clock::time_point(std::chrono::hours(1));
  int looks_ = 0;
};

TEST_F(ShortLookTest, FindsWhatIsThereAtOnce) {
  const auto before = now_;
  EXPECT_TRUE(look(microseconds(1), 1));
  EXPECT_EQ(now_, before);
}

TEST_F(ShortLookTest, FindsWhatComesWithinItsTime) {
  EXPECT_TRUE(look(microseconds(1), 100));
  EXPECT_EQ(looks_, 100);
}

TEST_F(ShortLookTest, EndsInTimeWhereNothingComes) {
  const auto before = now_;
  EXPECT_FALSE(look(microseconds(1)));
  EXPECT_EQ(now_ - before, ShortLook::kLook);
}

TEST_F(ShortLookTest, RestsOnceOthersNeedTheProcessor) {
  EXPECT_FALSE(look(milliseconds(3)));
  EXPECT_EQ(looks_, 2) << "once, and once after giving way";
  EXPECT_FALSE(look(microseconds(1), 1));
  EXPECT_EQ(looks_, 0);
  now_ += ShortLook::kFirstRest;
  EXPECT_TRUE(look(microseconds(1), 1));
}

TEST_F(ShortLookTest, WhatCameWhileOthersRanIsFound) { EXPECT_TRUE(look(milliseconds(3), 2)); }

TEST_F(ShortLookTest, RestsLongerEachTimeUpToABound) {
  for (auto rest = ShortLook::kFirstRest; rest <= ShortLook::kLongestRest; rest *= 2) {
    EXPECT_FALSE(look(milliseconds(3)));
    now_ += rest - milliseconds(1);
    EXPECT_FALSE(look(microseconds(1), 1)) << rest.count();
    now_ += milliseconds(1);
  }
  EXPECT_FALSE(look(milliseconds(3)));
  now_ += ShortLook::kLongestRest;
  EXPECT_TRUE(look(microseconds(1), 1));
}

TEST_F(ShortLookTest, AQuietMachineMakesRestsShortAgain) {
  EXPECT_FALSE(look(milliseconds(3)));
  EXPECT_FALSE(look(milliseconds(3)) || look(milliseconds(3)));
  now_ += ShortLook::kLongestRest;
  EXPECT_FALSE(look(microseconds(1))) << "nothing came, and nobody else wanted to run";
  EXPECT_FALSE(look(milliseconds(3)));
  now_ += ShortLook::kFirstRest;
  EXPECT_TRUE(look(microseconds(1), 1));
}

TEST(ShortLook, LooksAtDescriptors) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  std::array<pollfd, 2> polled = {pollfd{-1, POLLIN, 0}, pollfd{ends[0], POLLIN, 0}};
  ShortLook look;
  EXPECT_FALSE(look.finds(polled));
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  ShortLook another;
  EXPECT_TRUE(another.finds(polled));
  EXPECT_EQ(polled[1].revents, POLLIN);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace berth::engine
