#include "berth/sys/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace berth::sys {
namespace {

constexpr int kFirstPassed = 3;
constexpr int kMostSockets = 64;

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  ::unsetenv(name);
  return text;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::vector<UniqueFd> take_passed_sockets() {
  const auto pid = number_of(take_variable("LISTEN_PID"));
  const auto count = number_of(take_variable("LISTEN_FDS"));
  ::unsetenv("LISTEN_FDNAMES");
  std::vector<UniqueFd> sockets;
  if (!pid || *pid != ::getpid() || !count || *count < 1 || *count > kMostSockets) return sockets;
  for (int fd = kFirstPassed; fd < kFirstPassed + *count; ++fd) {
    // What is not open is none of ours.
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) sockets.emplace_back(fd);
  }
  return sockets;
}

ServiceManager ServiceManager::of_process() {
  ServiceManager manager;
  manager.address_ = take_variable("NOTIFY_SOCKET");
  const auto pause = number_of(take_variable("WATCHDOG_USEC"));
  const std::string watched = take_variable("WATCHDOG_PID");
  const bool is_watched = watched.empty() || number_of(watched) == std::int64_t{::getpid()};
  if (pause && *pause > 0 && is_watched) manager.watchdog_pause_ = std::chrono::milliseconds(*pause / 2000);
  return manager;
}

void ServiceManager::say(std::string_view state) const {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (address_.empty() || address_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') address.sun_path[0] = '\0';
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace berth::sys
