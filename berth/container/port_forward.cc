#include "berth/container/port_forward.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <list>
#include <vector>

#include "berth/container/forwarder_process.h"
#include "berth/sys/pump.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostDebuggers = 8;
constexpr std::size_t kMostVisitors = 256;
constexpr std::size_t kLargestTable = 4 << 20;
constexpr int kRetryMilliseconds = 50;  // until the debugger in the container listens

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

// Who may connect, as this process' namespace numbers them.
std::vector<std::uint32_t> welcome_users() {
  std::vector<std::uint32_t> users = {::geteuid()};
  const char* behind = std::getenv("SUDO_UID");
  std::uint32_t uid = 0;
  if (::geteuid() == 0 && behind != nullptr) {
    const std::string_view text = behind;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
    if (error == std::errc() && end == text.data() + text.size()) users.push_back(uid);
  }
  return users;
}

struct Connection {
  UniqueFd near;
  UniqueFd far;  // unset until the container takes it
  sys::Pump to_far;
  sys::Pump to_near;
  bool is_connected = false;
};

struct ForwardPlan {
  int listener;
  int connections;
  std::uint16_t port;
  Visitors visitors;
  std::vector<std::uint32_t> welcome;  // of Visitors::OwnUser
  bool waits;                          // until somebody listens at the other end, as a debugger does in a while

  std::size_t most() const { return visitors == Visitors::OwnUser ? kMostDebuggers : kMostVisitors; }
};

class Forwarder {
 public:
  explicit Forwarder(const ForwardPlan& plan) : plan_(plan) {}

  // Until it is killed.
  [[noreturn]] void run() {
    for (;;) step();
  }

 private:
  void step() {
    std::vector<pollfd> polled = {{connections_.size() < plan_.most() ? plan_.listener : -1, POLLIN, 0}};
    bool waits = false;
    for (Connection& one : connections_) {
      if (!one.is_connected) connect(one);
      waits = waits || !one.is_connected;
      const short near =
          static_cast<short>((one.to_far.wants_input() ? POLLIN : 0) | (one.to_near.wants_output() ? POLLOUT : 0));
      const short far =
          static_cast<short>((one.to_near.wants_input() ? POLLIN : 0) | (one.to_far.wants_output() ? POLLOUT : 0));
      polled.push_back({one.is_connected && near != 0 ? one.near.get() : -1, near, 0});
      polled.push_back({one.is_connected && far != 0 ? one.far.get() : -1, far, 0});
    }
    if (::poll(polled.data(), polled.size(), waits ? kRetryMilliseconds : -1) < 0) return;
    std::size_t at = 1;
    for (auto one = connections_.begin(); one != connections_.end(); at += 2) {
      const bool goes_on = move(*one, polled[at].revents, polled[at + 1].revents);
      one = goes_on ? std::next(one) : connections_.erase(one);
    }
    if (polled[0].revents != 0) accept();
  }

  static bool move(Connection& one, short near, short far) {
    const int near_fd = one.near.get();
    const int far_fd = one.far.get();
    constexpr short kIn = POLLIN | POLLHUP | POLLERR;
    constexpr short kOut = POLLOUT | POLLHUP | POLLERR;
    if (one.to_far.wants_input() && (near & kIn) != 0 && !one.to_far.read(near_fd)) return false;
    if (one.to_near.wants_input() && (far & kIn) != 0 && !one.to_near.read(far_fd)) return false;
    if (one.to_far.wants_output() && (far & kOut) != 0 && !one.to_far.write(far_fd)) return false;
    if (one.to_near.wants_output() && (near & kOut) != 0 && !one.to_near.write(near_fd)) return false;
    // Neither a debugger's conversation nor an answer over HTTP has half ends.
    return !one.to_far.is_done() && !one.to_near.is_done();
  }

  void accept() {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    UniqueFd near(::accept4(plan_.listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!near) return;
    if (plan_.visitors == Visitors::Everybody) {
      Connection one{std::move(near), {}, {}, {}};
      // Where nobody listens, the visitor is not let wait for an answer.
      if (!plan_.waits) connect(one);
      if (plan_.waits || one.is_connected) connections_.push_back(std::move(one));
      return;
    }
    const auto owner = owner_of_connection(table(), ::ntohs(peer.sin_port), plan_.port);
    if (!owner || std::ranges::find(plan_.welcome, *owner) == plan_.welcome.end()) return;
    connections_.push_back({std::move(near), {}, {}, {}});
  }

  std::string table() const {
    std::string text(kLargestTable, '\0');
    std::size_t size = 0;
    ::lseek(plan_.connections, 0, SEEK_SET);
    while (size < text.size()) {
      const ssize_t got = ::read(plan_.connections, text.data() + size, text.size() - size);
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
  }

  // In the container's namespace, which this process is in; at once, as it is on the loopback interface.
  void connect(Connection& one) const {
    UniqueFd far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(plan_.port);
    if (!far || ::connect(far.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return;
    ::fcntl(far.get(), F_SETFL, O_NONBLOCK);
    one.far = std::move(far);
    one.is_connected = true;
  }

  const ForwardPlan& plan_;
  std::list<Connection> connections_;
};

Result<void> confine(const ForwardPlan& plan, int name_space) {
  BERTH_CHECK_OK(give_up_rights({plan.listener, plan.connections}, name_space));
  return filter_calls();
}

int forward(const ForwardPlan& plan, int name_space, pid_t parent) {
  ::setsid();
  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_NAME, "berth-forward", 0, 0, 0);
  if (!confine(plan, name_space)) return 1;
  if (::getppid() != parent) return 0;  // it died before we would have been told
  Forwarder(plan).run();
}

}  // namespace

std::optional<std::uint32_t> owner_of_connection(std::string_view text, std::uint16_t from, std::uint16_t to) {
  // "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid ..."; addresses as they lie in
  // memory.
  const auto end = [](std::uint16_t port) { return fmt::format("{:08X}:{:04X}", ::htonl(INADDR_LOOPBACK), port); };
  const std::string wanted = fmt::format(" {} {} ", end(from), end(to));
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t at = line.find(wanted);
    if (at == std::string_view::npos) continue;
    std::string_view rest = line.substr(at + wanted.size());
    // Behind state, queues, timer and retransmissions.
    for (int field = 0; field < 4; ++field) {
      rest.remove_prefix(std::min(rest.find(' '), rest.size()));
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
    std::uint32_t uid = 0;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), uid);
    if (error == std::errc() && stop != rest.data()) return uid;
  }
  return std::nullopt;
}

Result<PortForward> PortForward::listen(std::uint16_t port, Visitors visitors) {
  BERTH_TRY(UniqueFd listener, listen_on_loopback(port));
  const auto open = [] { return ::open("/proc/self/net/tcp", O_RDONLY | O_CLOEXEC); };
  BERTH_TRY(const int table, sys::call(open, "open /proc/self/net/tcp"));
  return PortForward(std::move(listener), UniqueFd(table), port, visitors);
}

Result<PortForward> PortForward::listen_in(int name_space, std::uint16_t port) {
  BERTH_TRY(UniqueFd listener, listen_in_network(name_space, port));
  return PortForward(std::move(listener), UniqueFd(), port, Visitors::Everybody);
}

Result<void> PortForward::start(int name_space) {
  const ForwardPlan plan{listener_.get(), connections_.get(), port_, visitors_, welcome_users(), name_space >= 0};
  BERTH_TRY(process_, sys::Child::start(0, std::nullopt, [&, parent = ::getpid()] {
                        return forward(plan, name_space, parent);
                      }).context([] { return "start the forwarder"; }));
  return {};
}

}  // namespace berth::container
