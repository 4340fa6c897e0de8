#include "berth/sys/passed_descriptors.h"

#include <sys/socket.h>

#include <array>
#include <cstring>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kMost = 4;
constexpr std::size_t kSpace = CMSG_SPACE(kMost * sizeof(int));

}  // namespace

Result<SocketPair> make_socket_pair() {
  std::array<int, 2> ends = {-1, -1};
  const auto make = [&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()); };
  BERTH_CHECK_OK(check(make, "make a pair of sockets"));
  return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<void> send_descriptors(int socket, std::span<const int> descriptors) {
  BERTH_ASSERT(!descriptors.empty() && descriptors.size() <= kMost);
  char byte = 'd';
  iovec data = {&byte, 1};
  alignas(cmsghdr) std::array<char, kSpace> space = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  return check([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); }, "hand over {} descriptors",
               descriptors.size());
}

Result<std::vector<UniqueFd>> receive_descriptors(int socket) {
  char byte = 0;
  iovec data = {&byte, 1};
  alignas(cmsghdr) std::array<char, kSpace> space = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  BERTH_TRY(const int got,
            call([&] { return ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC); }, "take descriptors over"));
  if (got == 0) return fail(Errc::Unavailable, "take descriptors over: the other end was closed");
  std::vector<UniqueFd> taken;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    std::array<int, kMost> numbers = {};
    const std::size_t bytes = header->cmsg_len - CMSG_LEN(0);
    std::memcpy(numbers.data(), CMSG_DATA(header), bytes);
    for (std::size_t at = 0; at < bytes / sizeof(int); ++at) taken.emplace_back(numbers[at]);
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return fail(Errc::Corrupt, "take descriptors over: there was more in the message");
  }
  return taken;
}

}  // namespace berth::sys
