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

TEST(UtcText, IsRead) {
  using namespace std::chrono;
  EXPECT_EQ(parse_utc("2024-02-29"), sys_days(year(2024) / 2 / 29));
  EXPECT_EQ(parse_utc("2021-11-16T21:20:29.327956Z"), sys_days(year(2021) / 11 / 16) + 21h + 20min + 29s);
  EXPECT_EQ(parse_utc("2021-11-16T21:20:29+00:00"), parse_utc("2021-11-16T21:20:29Z"));
  for (const char* text :
       {"", "2023-02-29", "2024-1-1", "2024-01-01T", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+01:00", "yesterday", "2999-12-31", "1899-12-31"}) {
    EXPECT_EQ(parse_utc(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace berth
