#include "berth/app/spare_demand.h"

#include <gtest/gtest.h>

#include <random>

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr SpareDemand::Time kStart{100s};

void miss(SpareDemand& demand, int times) {
  for (int i = 0; i < times; ++i) demand.missed();
}

TEST(SpareDemand, GrowsByEachCallThatHadToWait) {
  SpareDemand demand(4, kStart);
  EXPECT_EQ(demand.wanted(), 1u);
  miss(demand, 2);
  EXPECT_EQ(demand.wanted(), 3u);
  demand.found(2);
  EXPECT_EQ(demand.wanted(), 3u);
  miss(demand, 5);
  EXPECT_EQ(demand.wanted(), 4u);
}

TEST(SpareDemand, WantsOneWhateverTheBoundIs) { EXPECT_EQ(SpareDemand(0, kStart).wanted(), 1u); }

TEST(SpareDemand, LosesWhatNoCallHasNeeded) {
  SpareDemand demand(8, kStart);
  miss(demand, 5);
  demand.review(kStart + 1s);  // a call had to wait until now: all of them are wanted
  EXPECT_EQ(demand.wanted(), 6u);
  for (const std::size_t left : {5u, 3u, 4u}) demand.found(left);
  demand.review(kStart + 2s);
  EXPECT_EQ(demand.wanted(), 3u);
  demand.review(kStart + 3s);  // no call at all
  EXPECT_EQ(demand.wanted(), 1u);
}

TEST(SpareDemand, IsReviewedAfterAWhile) {
  SpareDemand demand(8, kStart);
  EXPECT_FALSE(demand.is_due(kStart + 1h)) << "there is none too many";
  miss(demand, 1);
  EXPECT_FALSE(demand.is_due(kStart));
  EXPECT_TRUE(demand.is_due(kStart + 1s));
  demand.review(kStart + 2s);
  EXPECT_FALSE(demand.is_due(kStart + 1s));
}

TEST(SpareDemand, SettlesForWhatThereIs) {
  SpareDemand demand(8, kStart);
  miss(demand, 5);
  demand.settle_for(9);
  EXPECT_EQ(demand.wanted(), 6u);
  demand.settle_for(2);
  EXPECT_EQ(demand.wanted(), 2u);
  demand.settle_for(0);
  EXPECT_EQ(demand.wanted(), 1u);
  demand.missed();
  EXPECT_EQ(demand.wanted(), 2u) << "it is tried again";
}

TEST(SpareDemand, StaysWithinItsBounds) {
  std::mt19937 random(1);
  const auto draw = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
  for (int round = 0; round < 200; ++round) {
    const std::size_t most = 1 + draw(20);
    SpareDemand demand(most, kStart);
    for (int step = 0; step < 100; ++step) {
      const std::size_t what = draw(6);
      if (what == 0) demand.found(draw(30));
      if (what == 1) demand.settle_for(draw(30));
      if (what == 2) demand.review(kStart + 1s);
      if (what > 2) demand.missed();
      ASSERT_TRUE(demand.wanted() >= 1 && demand.wanted() <= most) << "round " << round << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace berth::app
