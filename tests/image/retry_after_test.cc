#include "berth/image/retry_after.h"

#include <gtest/gtest.h>

namespace berth::image {
namespace {

using std::chrono::seconds;

constexpr auto kThen = std::chrono::sys_seconds(seconds(784111777));  // of all three forms in the specification

TEST(HttpDate, IsReadInAllFormsOfTheSpecification) {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text), kThen) << text;
  }
  for (const char* text : {"", "tomorrow", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 GMT and more",
                           "Sun, 06 Nov 1994 08:49:37 +0100", "Sun, 36 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  const auto read = [](const char* text, const char* date = "") { return parse_retry_after(text, date, kThen); };
  EXPECT_EQ(read("20"), seconds(20));
  EXPECT_EQ(read("0"), seconds(0));
  EXPECT_GT(read("99999999999999999999999"), seconds(100'000'000)) << "it is bounded, not dropped";
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:57 GMT"), seconds(20));
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:07 GMT"), seconds(0)) << "it is over";
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:57 GMT", "Sun, 06 Nov 1994 08:49:50 GMT"), seconds(7)) << "its own clock";
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:57 GMT", "yesterday"), seconds(20));
  for (const char* text : {"", "-5", "5s", "1.5", " ", "soon"}) EXPECT_EQ(read(text), std::nullopt) << text;
}

TEST(Wait, IsTold) {
  EXPECT_EQ(wait_text("r.example", seconds(20), 503, true),
            "waiting 20 s for the registry 'r.example': it answers with status 503 and asks to wait that long");
  EXPECT_EQ(wait_text("r.example", std::chrono::milliseconds(2500), 500, false),
            "waiting 2 s for the registry 'r.example': it answers with status 500");
  EXPECT_EQ(wait_text("r.example", seconds(4), 0, false),
            "waiting 4 s for the registry 'r.example': it does not answer, or breaks off");
}

}  // namespace
}  // namespace berth::image
