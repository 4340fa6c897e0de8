// The conversation with a zygote: orders and answers, with descriptors beside them (fork_plan.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/fork_plan.h"

namespace berth::container {

struct ZygoteAnswer {
  fork::Answer what;
  std::vector<UniqueFd> descriptors;
};

// One order at a time; for several threads. What comes from the other end is hostile.
class ZygoteChannel {
 public:
  ZygoteChannel(UniqueFd socket, std::chrono::milliseconds patience)
      : socket_(std::move(socket)), patience_(patience) {}

  // Waits for the first word of a new zygote. Errors: Unavailable when it ended, TimedOut, Corrupt.
  Result<void> wait_until_ready();

  // Sends `order` and waits for its answer. Errors: Unavailable when the zygote ended or refused, with the step that
  // failed; TimedOut; Corrupt when it answers something else.
  Result<ZygoteAnswer> ask(const fork::Order& order, std::span<const int> descriptors, fork::Word expected);

 private:
  Result<ZygoteAnswer> receive(fork::Word expected, std::uint32_t number);

  std::mutex mutex_;
  UniqueFd socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace berth::container
