#include "berth/sys/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

constexpr std::size_t kSpace = CMSG_SPACE(kMostPassed * sizeof(int));

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof(address.sun_path)) {
    return fail(Errc::InvalidInput, fmt::format("socket '{}': a path of a socket has at most {} bytes", path.native(),
                                                sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  return address;
}

Result<UniqueFd> make_socket() {
  BERTH_TRY(const int fd, call([] { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }, "make a socket"));
  return UniqueFd(fd);
}

void take_descriptors(msghdr& message, std::vector<UniqueFd>& into) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    std::array<int, kMostPassed> numbers = {};
    const std::size_t bytes = header->cmsg_len - CMSG_LEN(0);
    std::memcpy(numbers.data(), CMSG_DATA(header), bytes);
    for (std::size_t at = 0; at < bytes / sizeof(int); ++at) into.emplace_back(numbers[at]);
  }
}

}  // namespace

Result<UniqueFd> connect_to(const std::filesystem::path& path) {
  BERTH_TRY(const sockaddr_un address, address_of(path));
  BERTH_TRY(UniqueFd socket, make_socket());
  const auto connect = [&] {
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  };
  BERTH_CHECK_OK(check(connect, "connect to '{}'", path.native()));
  return socket;
}

Result<UniqueFd> listen_at(const std::filesystem::path& path, mode_t mode) {
  BERTH_TRY(const sockaddr_un address, address_of(path));
  BERTH_TRY(UniqueFd socket, make_socket());
  const mode_t before = ::umask(0777 & ~mode);
  const auto bind = [&] { return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)); };
  auto bound = check(bind, "bind to '{}'", path.native());
  ::umask(before);
  BERTH_CHECK_OK(std::move(bound));
  BERTH_CHECK_OK(check([&] { return ::listen(socket.get(), SOMAXCONN); }, "listen at '{}'", path.native()));
  return socket;
}

Result<Peer> peer_of(int socket) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  const auto ask = [&] { return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size); };
  BERTH_CHECK_OK(check(ask, "ask who is at the other end of a socket"));
  return Peer{credentials.pid, credentials.uid, credentials.gid};
}

bool peer_is_in_group(int socket, const Peer& peer, gid_t group) {
  if (peer.gid == group) return true;
  std::vector<gid_t> groups(1 << 16);  // the most that a process can have
  auto bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) != 0) return false;
  groups.resize(bytes / sizeof(gid_t));
  return std::ranges::find(groups, group) != groups.end();
}

Result<std::size_t> send_with(int socket, std::string_view bytes, std::span<const int> descriptors, int flags) {
  BERTH_ASSERT(descriptors.size() <= kMostPassed);
  iovec data = {const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, kSpace> space = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = space.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  BERTH_TRY(const int sent,
            call([&] { return ::sendmsg(socket, &message, flags | MSG_NOSIGNAL); }, "send over a socket"));
  return static_cast<std::size_t>(sent);
}

Result<void> send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send_with(socket, bytes, {}, 0);
    if (!sent && sent.error().os_error() == EAGAIN) {
      return fail(Errc::TimedOut, "send over a socket: the other side takes nothing");
    }
    if (!sent) return std::unexpected(sent.error());
    bytes.remove_prefix(*sent);
  }
  return {};
}

Result<Received> receive_from(int socket, int flags) {
  Received received;
  std::array<char, 65536> bytes;  // not in the string, which would fill them first
  iovec data = {bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, kSpace> space = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  BERTH_TRY(const int got,
            call([&] { return ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC); }, "receive from a socket"));
  take_descriptors(message, received.descriptors);
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    return fail(
        Errc::Exhausted,
        fmt::format("receive from a socket: more than {} descriptors, or none can be opened any more", kMostPassed));
  }
  received.bytes.assign(bytes.data(), static_cast<std::size_t>(got));
  return received;
}

}  // namespace berth::sys
