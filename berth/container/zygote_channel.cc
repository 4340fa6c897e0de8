#include "berth/container/zygote_channel.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <tuple>

#include "berth/base/utf8.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostAnswerDescriptors = 2;

}  // namespace

Result<void> wait_to_read(int fd, const Patience& patience, std::string_view doing) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(patience.until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return fail(Errc::TimedOut, fmt::format("{}: it took too long", doing));
    pollfd ready[] = {{fd, POLLIN, 0}, {patience.interrupt, POLLIN, 0}};
    const int most = static_cast<int>(std::min<std::int64_t>(left, std::numeric_limits<int>::max()));
    BERTH_CHECK_OK(sys::call([&] { return ::poll(ready, std::size(ready), most); }, "{}", doing));
    if (ready[1].revents != 0) return fail(Errc::TimedOut, fmt::format("{}: it was interrupted", doing));
    if (ready[0].revents != 0) return {};
  }
}

Result<ZygoteAnswer> ZygoteChannel::receive(fork::Word expected, std::uint32_t number, const Patience& patience) {
  BERTH_CHECK_OK(wait_to_read(socket_.get(), patience, "wait for the zygote"));
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
  const bool is_failure = answer.what.word == fork::Word::Failed;
  const std::size_t wanted = expected == fork::Word::Child && !is_failure ? kMostAnswerDescriptors : 0;
  if ((!is_failure && answer.what.word != expected) || answer.what.number != number ||
      answer.descriptors.size() != wanted) {
    return fail(Errc::Corrupt, "the zygote answered something else than it was asked");
  }
  return answer;
}

Result<void> ZygoteChannel::send(std::span<const std::byte> message, std::span<const int> descriptors) {
  auto sent = sys::send_message(socket_.get(), message, descriptors, sys::WhenFull::Refuse, "tell the zygote");
  if (sent) return {};
  is_over_ = true;
  // It has not taken the orders before.
  if (sent.error().os_error() == EAGAIN) return fail(Errc::TimedOut, "tell the zygote: it does not listen");
  return sent;
}

Result<void> ZygoteChannel::wait_until_ready(const Patience& patience) {
  const std::scoped_lock lock(mutex_);
  const auto ready = receive(fork::Word::Ready, 0, patience);
  is_over_ = !ready;
  if (!ready) return std::unexpected(ready.error());
  return {};
}

Result<ZygoteAnswer> ZygoteChannel::ask(const fork::Order& order, std::span<const int> descriptors, fork::Word expected,
                                        const Patience& patience) {
  const std::scoped_lock lock(mutex_);
  BERTH_ASSERT(descriptors.size() <= fork::kMostDescriptors);
  if (is_over_) return fail(Errc::Unavailable, "the conversation with the zygote is over");
  BERTH_CHECK_OK(send(std::as_bytes(std::span(&order, 1)), descriptors));
  auto answer = receive(expected, order.number, patience);
  is_over_ = !answer;
  if (answer && answer->what.word == fork::Word::Failed) {
    Error error = Error::from_errno(
        answer->what.value, fmt::format("in the zygote: {}", to_visible(to_valid_utf8(answer->what.text), false)));
    // That a child is not isolated is for the host to find, not for a zygote to say.
    if (error.code() == Errc::Denied) error = Error(Errc::Unavailable, error.message());
    return std::unexpected(std::move(error));
  }
  return answer;
}

void ZygoteChannel::tell(const fork::Order& order) {
  const std::scoped_lock lock(mutex_);
  std::ignore = send(std::as_bytes(std::span(&order, 1)), {});
}

void ZygoteChannel::tell_pages(std::span<const std::uint64_t> pages) {
  BERTH_ASSERT(pages.size() <= fork::kMostPages);
  const fork::Order order = {fork::Wish::Pages, static_cast<std::uint32_t>(pages.size()), 0, 0};
  std::vector<std::byte> message(sizeof order + pages.size_bytes());
  std::memcpy(message.data(), &order, sizeof order);
  if (!pages.empty()) std::memcpy(message.data() + sizeof order, pages.data(), pages.size_bytes());
  const std::scoped_lock lock(mutex_);
  std::ignore = send(message, {});
}

}  // namespace berth::container
