#include "berth/sys/interrupt.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr auto kWatched = std::chrono::milliseconds(250);

// Of the whole process, as interrupts are.
std::atomic<int>& descriptor_of_process() {
  static std::atomic<int> descriptor = -1;
  return descriptor;
}

}  // namespace

InterruptScope::InterruptScope(int descriptor) : before_(descriptor_of_process().exchange(descriptor)) {}
InterruptScope::~InterruptScope() { descriptor_of_process() = before_; }

Result<void> check_interrupted() {
  pollfd polled = {descriptor_of_process(), POLLIN, 0};
  BERTH_TRY(const int ready, call([&] { return ::poll(&polled, 1, 0); }, "look for an interrupt"));
  if (ready == 0) return {};
  return fail(Errc::Unavailable, "it was interrupted");
}

Result<std::size_t> read_interruptibly(int fd, std::span<char> into) {
  for (;;) {
    BERTH_CHECK_OK(check_interrupted());
    pollfd polled = {fd, POLLIN, 0};
    BERTH_TRY(const int ready, call([&] { return ::poll(&polled, 1, static_cast<int>(kWatched.count())); },
                                    "wait for something to read"));
    if (ready == 0) continue;
    BERTH_TRY(const ssize_t got, call([&] { return ::read(fd, into.data(), into.size()); }, "read"));
    return static_cast<std::size_t>(got);
  }
}

Result<void> rest(std::chrono::milliseconds pause) {
  const auto until = std::chrono::steady_clock::now() + pause;
  for (;;) {
    BERTH_CHECK_OK(check_interrupted());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return {};
    std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(kWatched)));
  }
}

}  // namespace berth::sys
