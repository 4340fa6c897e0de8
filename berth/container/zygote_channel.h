// The conversation with a zygote: orders and answers, with descriptors beside them (fork_plan.h).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/fork_plan.h"

namespace berth::container {

struct ZygoteAnswer {
  fork::Answer what;
  std::vector<UniqueFd> descriptors;
};

// How long one waits for what a zygote or a child of it has to do: one span for all the steps of it.
struct Patience {
  std::chrono::steady_clock::time_point until;
  int interrupt = -1;  // readable once nobody wants it any more, or -1

  static Patience of(std::chrono::milliseconds time) { return {std::chrono::steady_clock::now() + time}; }
};

// Until `fd` is readable or closed. Errors: TimedOut, also when interrupted.
Result<void> wait_to_read(int fd, const Patience& patience, std::string_view doing);

// One order at a time; for several threads. What comes from the other end is hostile. An answer that is late would be
// taken for that to the next order: after one that did not come in time, or was none, nothing is asked any more.
class ZygoteChannel {
 public:
  explicit ZygoteChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  // Waits for the first word of a new zygote. Errors: Unavailable when it ended, TimedOut, Corrupt.
  Result<void> wait_until_ready(const Patience& patience);

  // Sends `order` and waits for its answer. Errors: Unavailable when the zygote ended or refused, with the step that
  // failed, or when the conversation is over; TimedOut, also when the zygote takes no order; Corrupt when it answers
  // something else.
  Result<ZygoteAnswer> ask(const fork::Order& order, std::span<const int> descriptors, fork::Word expected,
                           const Patience& patience);

  // Sends an order that has no answer, if that can be done at once; also when the conversation is over.
  void tell(const fork::Order& order);
  // Likewise: that children are to have these pages for themselves, at most fork::kMostPages.
  void tell_pages(std::span<const std::uint64_t> pages);

  // Whether the conversation is over.
  bool is_over() const { return is_over_; }

  // Readable once the other end has said something that nobody has heard yet, or is gone.
  int descriptor() const { return socket_.get(); }

 private:
  Result<void> send(std::span<const std::byte> message, std::span<const int> descriptors);
  Result<ZygoteAnswer> receive(fork::Word expected, std::uint32_t number, const Patience& patience);

  std::mutex mutex_;
  UniqueFd socket_;
  std::atomic<bool> is_over_ = false;
};

}  // namespace berth::container
