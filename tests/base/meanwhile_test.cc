#include "berth/base/meanwhile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

namespace berth {
namespace {

TEST(Meanwhile, GivesWhatCameOfTheWork) {
  Meanwhile<std::unique_ptr<int>> work([] { return std::make_unique<int>(42); });
  EXPECT_EQ(*work.take(), 42);
}

TEST(Meanwhile, WorksInAnotherThread) {
  Meanwhile<std::thread::id> work([] { return std::this_thread::get_id(); });
  EXPECT_NE(work.take(), std::this_thread::get_id());
}

TEST(Meanwhile, IsWaitedForWhenNobodyTakesIt) {
  std::atomic<bool> done = false;
  {
    Meanwhile<int> first([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      done = true;
      return 1;
    });
    Meanwhile<int> second = std::move(first);
  }
  EXPECT_TRUE(done);
}

TEST(Meanwhile, DoesNothingOnItsOwn) { Meanwhile<int> nothing; }

}  // namespace
}  // namespace berth
