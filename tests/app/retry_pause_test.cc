#include "berth/app/retry_pause.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

int length_of(RetryPause& pause) {
  int passed = 0;
  while (!pause.is_over()) ++passed;
  return passed;
}

TEST(RetryPause, IsLongerEachTimeAndNeverForEver) {
  RetryPause pause;
  EXPECT_EQ(length_of(pause), 0);
  for (const int length : {2, 4, 8, 16, 32, 64, 64, 64}) {
    pause.lengthen();
    EXPECT_EQ(length_of(pause), length);
    EXPECT_TRUE(pause.is_over());
  }
  pause.forget();
  EXPECT_TRUE(pause.is_over());
  pause.lengthen();
  EXPECT_EQ(length_of(pause), 2);
}

}  // namespace
}  // namespace berth::app
