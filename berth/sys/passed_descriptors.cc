#include "berth/sys/passed_descriptors.h"

#include <sys/socket.h>

#include <array>
#include <cstring>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kMost = 4;

}  // namespace

Result<SocketPair> make_socket_pair() {
  std::array<int, 2> ends = {-1, -1};
  const auto make = [&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()); };
  BERTH_CHECK_OK(check(make, "make a pair of sockets"));
  return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<void> send_message(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors,
                          WhenFull when_full, std::string_view doing) {
  iovec data = {const_cast<std::byte*>(bytes.data()), bytes.size()};  // which sendmsg only reads
  std::vector<char> space(descriptors.empty() ? 0 : CMSG_SPACE(descriptors.size_bytes()));
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  const int flags = MSG_NOSIGNAL | (when_full == WhenFull::Refuse ? MSG_DONTWAIT : 0);
  return check([&] { return ::sendmsg(socket, &message, flags); }, "{}", doing);
}

Result<PassedMessage> receive_message(int socket, std::span<std::byte> into, std::size_t most_descriptors,
                                      std::string_view doing) {
  iovec data = {into.data(), into.size()};
  std::vector<char> space(CMSG_SPACE(most_descriptors * sizeof(int)));
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  BERTH_TRY(const int got, call([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); }, "{}", doing));
  PassedMessage taken;
  taken.bytes = static_cast<std::size_t>(got);
  taken.is_whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    std::vector<int> numbers((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(numbers.data(), CMSG_DATA(header), numbers.size() * sizeof(int));
    for (const int number : numbers) taken.descriptors.emplace_back(number);
  }
  return taken;
}

Result<void> send_descriptors(int socket, std::span<const int> descriptors) {
  BERTH_ASSERT(!descriptors.empty() && descriptors.size() <= kMost);
  constexpr std::byte kByte{'d'};
  return send_message(socket, {&kByte, 1}, descriptors, WhenFull::Wait,
                      fmt::format("hand over {} descriptors", descriptors.size()));
}

Result<std::vector<UniqueFd>> receive_descriptors(int socket) {
  std::byte byte{};
  BERTH_TRY(PassedMessage message, receive_message(socket, {&byte, 1}, kMost, "take descriptors over"));
  if (message.bytes == 0) return fail(Errc::Unavailable, "take descriptors over: the other end was closed");
  if (!message.is_whole) return fail(Errc::Corrupt, "take descriptors over: there was more in the message");
  return std::move(message.descriptors);
}

}  // namespace berth::sys
