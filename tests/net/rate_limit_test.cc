#include "berth/net/rate_limit.h"

#include <gtest/gtest.h>

namespace berth::net {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(TokenBucket, GivesItsBurstAndThenItsRate) {
  TokenBucket bucket(10, std::chrono::seconds(1), 30);
  std::int64_t now = 5'000'000 * kSecond;  // a machine that has long been up
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(bucket.take(now, 1)) << i;
  EXPECT_FALSE(bucket.take(now, 1));
  EXPECT_EQ(bucket.wait_ns(now), kSecond / 10);
  now += kSecond / 10;
  EXPECT_EQ(bucket.wait_ns(now), 0);
  EXPECT_TRUE(bucket.take(now, 1));
  EXPECT_FALSE(bucket.take(now, 1));
  now += 100 * kSecond;
  EXPECT_TRUE(bucket.take(now, 30));
  EXPECT_FALSE(bucket.take(now, 1));
}

TEST(TokenBucket, HoldsTheLargestNumbers) {
  constexpr std::uint32_t kMost = ~0u;
  TokenBucket bucket(kMost, std::chrono::minutes(1), kMost);
  EXPECT_TRUE(bucket.take(1, kMost));
  EXPECT_TRUE(bucket.take(90 * kSecond, kMost));
  EXPECT_FALSE(bucket.take(90 * kSecond, 1));
}

TEST(TokenBucket, TakesAllOrNothing) {
  TokenBucket bucket(60, std::chrono::minutes(1), 60);
  EXPECT_FALSE(bucket.take(0, 61));
  EXPECT_TRUE(bucket.take(0, 59));
  EXPECT_FALSE(bucket.take(0, 2));
  EXPECT_TRUE(bucket.take(0, 1));
}

TEST(RecentNames, KnowsWhatWasAdded) {
  RecentNames names;
  EXPECT_FALSE(names.contains("a.example"));
  names.add("a.example");
  EXPECT_TRUE(names.contains("a.example"));
  for (int i = 0; i < 100'000; ++i) names.add(std::to_string(i));
  EXPECT_FALSE(names.contains("a.example"));
}

}  // namespace
}  // namespace berth::net
