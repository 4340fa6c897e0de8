#include "berth/container/zygote_channel.h"

#include <fmt/format.h>
#include <poll.h>

#include <string>

#include "berth/base/utf8.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostAnswerDescriptors = 2;

}  // namespace

Result<ZygoteAnswer> ZygoteChannel::receive(fork::Word expected, std::uint32_t number) {
  pollfd ready = {socket_.get(), POLLIN, 0};
  const int patience = static_cast<int>(patience_.count());
  BERTH_TRY(const int events, sys::call([&] { return ::poll(&ready, 1, patience); }, "wait for the zygote"));
  if (events == 0) return fail(Errc::TimedOut, fmt::format("the zygote did not answer within {} ms", patience));
  ZygoteAnswer answer = {};
  BERTH_TRY(sys::PassedMessage message,
            sys::receive_message(socket_.get(), std::as_writable_bytes(std::span(&answer.what, 1)),
                                 fork::kMostDescriptors, "hear from the zygote"));
  answer.descriptors = std::move(message.descriptors);
  if (message.bytes == 0) return fail(Errc::Unavailable, "the zygote has ended");
  if (message.bytes != sizeof answer.what || !message.is_whole) {
    return fail(Errc::Corrupt, "the zygote's answer is no message of ours");
  }
  answer.what.text[sizeof answer.what.text - 1] = '\0';
  if (answer.what.word == fork::Word::Failed && answer.what.number == number) {
    return std::unexpected(Error::from_errno(
        answer.what.value, fmt::format("in the zygote: {}", to_visible(to_valid_utf8(answer.what.text), false))));
  }
  const std::size_t wanted = expected == fork::Word::Child ? kMostAnswerDescriptors : 0;
  if (answer.what.word != expected || answer.what.number != number || answer.descriptors.size() != wanted) {
    return fail(Errc::Corrupt, "the zygote answered something else than it was asked");
  }
  return answer;
}

Result<void> ZygoteChannel::wait_until_ready() {
  const std::scoped_lock lock(mutex_);
  BERTH_CHECK_OK(receive(fork::Word::Ready, 0));
  return {};
}

Result<ZygoteAnswer> ZygoteChannel::ask(const fork::Order& order, std::span<const int> descriptors,
                                        fork::Word expected) {
  const std::scoped_lock lock(mutex_);
  BERTH_ASSERT(descriptors.size() <= fork::kMostDescriptors);
  BERTH_CHECK_OK(sys::send_message(socket_.get(), std::as_bytes(std::span(&order, 1)), descriptors, "tell the zygote"));
  return receive(expected, order.number);
}

}  // namespace berth::container
