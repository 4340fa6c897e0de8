#include "berth/probe/host_door.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>

#include "berth/sys/syscall.h"

namespace berth::probe {
namespace {

// Enough for every connection of every probe: nobody is ever taken in.
constexpr int kBacklog = 128;

template <class Address>
Result<UniqueFd> listen_at(int family, const Address& address, socklen_t size) {
  BERTH_TRY(int fd, sys::call([&] { return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0); }, "open a socket"));
  UniqueFd made(fd);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how the interface takes addresses
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  BERTH_CHECK_OK(sys::check([&] { return ::bind(fd, plain, size); }, "bind a socket"));
  BERTH_CHECK_OK(sys::check([&] { return ::listen(fd, kBacklog); }, "listen"));
  return made;
}

}  // namespace

Result<HostDoor> HostDoor::open() {
  HostDoor door;
  door.abstract_name_ = fmt::format("berth-escape-test-{}", ::getpid());
  sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = {}};
  door.abstract_name_.copy(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1);
  const auto abstract_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + door.abstract_name_.size());
  BERTH_TRY(door.abstract_, listen_at(AF_UNIX, abstract, abstract_size));

  sockaddr_in loopback = {};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  BERTH_TRY(door.tcp_, listen_at(AF_INET, loopback, sizeof(loopback)));
  socklen_t size = sizeof(loopback);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how the interface takes addresses
  auto* plain = reinterpret_cast<sockaddr*>(&loopback);
  BERTH_CHECK_OK(sys::check([&] { return ::getsockname(door.tcp_.get(), plain, &size); }, "ask for a socket's port"));
  door.port_ = ::ntohs(loopback.sin_port);
  return door;
}

}  // namespace berth::probe
