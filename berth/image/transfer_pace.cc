#include "berth/image/transfer_pace.h"

#include <fmt/format.h>

namespace berth::image {
namespace {

constexpr std::uint64_t kSlowBytes = 100;  // a second
constexpr auto kSlowTime = std::chrono::seconds(30);
constexpr auto kAnswerTime = std::chrono::minutes(10);

}  // namespace

void TransferPace::begin(std::uint64_t moved_bytes, bool waits, Clock::time_point now) {
  began_ = now;
  moved_before_ = moved_bytes;
  waits_ = waits;
}

std::string TransferPace::problem(const Progress& progress, Clock::time_point now) {
  const std::uint64_t moved_bytes = progress.sent_bytes + progress.received_bytes;
  const bool waits = progress.received_bytes == 0 && progress.sent_bytes >= progress.to_send_bytes;
  if (!began_ || waits != waits_) begin(moved_bytes, waits, now);
  const auto took = now - *began_;
  if (waits) {
    if (took < kAnswerTime) return {};
    return fmt::format("no answer began within {} minutes", kAnswerTime.count());
  }
  if (took < kSlowTime) return {};
  if (moved_bytes - moved_before_ < kSlowBytes * static_cast<std::uint64_t>(kSlowTime.count())) {
    return fmt::format("less than {} bytes a second came or went for {} s", kSlowBytes, kSlowTime.count());
  }
  begin(moved_bytes, waits, now);
  return {};
}

}  // namespace berth::image
