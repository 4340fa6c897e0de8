#include "berth/content/timeout.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

using namespace std::chrono_literals;

struct TimeoutRow {
  const char* text;
  std::optional<std::chrono::nanoseconds> timeout;
};

TEST(Timeout, ReadsGoDurationsAndBareSeconds) {
  const TimeoutRow rows[] = {{"0", {}},
                             {"0s", {}},
                             {"1h40m0s", 6000s},
                             {"3µs", 3000s},
                             {"3μs", 3000s},
                             {"3us", 3000s},
                             {"600ns", 600s},
                             {"90s", 90s},
                             {"1.5h", 5400s},
                             {"300", 300s},
                             {"1ms", 1ms},
                             {"1500ms", 1500ms},
                             {"1h0.5s", 3600s + 500ms},
                             {"720h", 720h}};
  for (const TimeoutRow& row : rows) {
    const auto timeout = parse_timeout(row.text);
    ASSERT_TRUE(testing::ok(timeout)) << row.text;
    EXPECT_EQ(*timeout, row.timeout) << row.text;
  }
}

TEST(Timeout, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "-1s", "h", "1x", "1h 2m", "5m3", "nan", "inf", "1e3s", "721h", "99999999999999999999h",
                           "1..2s", "0x10", "\x1b[2J"}) {
    EXPECT_TRUE(testing::fails_with(parse_timeout(text), Errc::InvalidInput, "write it like '90s'")) << text;
  }
}

}  // namespace
}  // namespace berth::content
