#include "berth/image/transfer_pace.h"

#include <gtest/gtest.h>

namespace berth::image {
namespace {

using std::chrono::seconds;

// What is said at each second of `count` while each brings `bytes_a_second`; the last of it.
std::string after(TransferPace& pace, TransferPace::Progress progress, int count, std::uint64_t bytes_a_second,
                  TransferPace::Clock::time_point& now) {
  std::string said;
  for (int i = 0; i < count && said.empty(); ++i) {
    said = pace.problem(progress, now);
    now += seconds(1);
    progress.received_bytes += bytes_a_second;
  }
  return said;
}

TEST(TransferPace, LetsAnAnswerBeWaitedFor) {
  auto now = TransferPace::Clock::time_point();
  TransferPace pace;
  EXPECT_EQ(after(pace, {.sent_bytes = 1000, .to_send_bytes = 1000}, 590, 0, now), "");
  EXPECT_EQ(after(pace, {.sent_bytes = 1000, .to_send_bytes = 1000, .received_bytes = 1}, 29, 0, now), "");
  TransferPace other;
  EXPECT_EQ(after(other, {}, 700, 0, now), "no answer began within 10 minutes");
}

TEST(TransferPace, EndsWhatNearlyStops) {
  constexpr const char* kSlow = "less than 100 bytes a second came or went for 30 s";
  auto now = TransferPace::Clock::time_point();
  TransferPace coming;
  EXPECT_EQ(after(coming, {.received_bytes = 1}, 100, 50, now), kSlow);
  TransferPace quick;
  EXPECT_EQ(after(quick, {.received_bytes = 1}, 100, 150, now), "");
  TransferPace sending;
  EXPECT_EQ(after(sending, {.sent_bytes = 10, .to_send_bytes = 1000}, 100, 0, now), kSlow);
  TransferPace stops;
  EXPECT_EQ(after(stops, {.received_bytes = 1}, 45, 100'000, now), "");
  EXPECT_EQ(after(stops, {.received_bytes = 4'500'001}, 100, 0, now), kSlow);
}

}  // namespace
}  // namespace berth::image
