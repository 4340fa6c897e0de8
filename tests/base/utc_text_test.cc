#include "berth/base/utc_text.h"

#include <gtest/gtest.h>

namespace berth {
namespace {

using namespace std::chrono_literals;

TEST(UtcText, IsToTheSecond) {
  const std::chrono::system_clock::time_point epoch;
  const std::pair<std::chrono::milliseconds, const char*> rows[] = {{0ms, "1970-01-01T00:00:00Z"},
                                                                    {999ms, "1970-01-01T00:00:00Z"},
                                                                    {-1ms, "1969-12-31T23:59:59Z"},
                                                                    {1795707042s, "2026-11-26T15:30:42Z"}};
  for (const auto& [time, text] : rows) EXPECT_EQ(utc_text(epoch + time), text);
}

}  // namespace
}  // namespace berth
