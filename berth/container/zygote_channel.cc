#include "berth/container/zygote_channel.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>

#include "berth/base/utf8.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostAnswerDescriptors = 2;

struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(fork::kMostDescriptors * sizeof(int))> space = {};
};

Result<void> send_order(int socket, const fork::Order& order, std::span<const int> descriptors) {
  BERTH_ASSERT(descriptors.size() <= fork::kMostDescriptors);
  iovec data = {const_cast<fork::Order*>(&order), sizeof order};
  Control control;
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.space.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  return sys::check([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); }, "tell the zygote");
}

std::vector<UniqueFd> descriptors_of(msghdr& message) {
  std::vector<UniqueFd> taken;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
      taken.emplace_back(number);
    }
  }
  return taken;
}

}  // namespace

Result<ZygoteAnswer> ZygoteChannel::receive(fork::Word expected, std::uint32_t number) {
  pollfd ready = {socket_.get(), POLLIN, 0};
  const int patience = static_cast<int>(patience_.count());
  BERTH_TRY(const int events, sys::call([&] { return ::poll(&ready, 1, patience); }, "wait for the zygote"));
  if (events == 0) return fail(Errc::TimedOut, fmt::format("the zygote did not answer within {} ms", patience));
  ZygoteAnswer answer = {};
  iovec data = {&answer.what, sizeof answer.what};
  Control control;
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.space.data();
  message.msg_controllen = control.space.size();
  BERTH_TRY(const int got,
            sys::call([&] { return ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC); }, "hear from the zygote"));
  answer.descriptors = descriptors_of(message);
  if (got == 0) return fail(Errc::Unavailable, "the zygote has ended");
  if (got != sizeof answer.what || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
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
  BERTH_CHECK_OK(send_order(socket_.get(), order, descriptors));
  return receive(expected, order.number);
}

}  // namespace berth::container
