#include "berth/container/proxy_gate.h"

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
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "berth/container/forwarder_process.h"
#include "berth/net/proxy_request.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/file.h"
#include "berth/sys/pump.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostVisitors = 64;
constexpr int kHeadMilliseconds = 60'000;  // for a request's head, and for the proxy's answer to it
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// Reads up to and with the end of a head. `rest` takes what came behind it. Nothing where none comes.
std::optional<std::string> read_head(int from, std::string& rest) {
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    if (const std::size_t end = text.find(kHeadEnd); end != std::string::npos) {
      rest = text.substr(end + kHeadEnd.size());
      text.resize(end + kHeadEnd.size());
      return text;
    }
    if (text.size() > net::kMaxProxyHead) return std::nullopt;
    pollfd polled = {from, POLLIN, 0};
    if (::poll(&polled, 1, kHeadMilliseconds) <= 0) return std::nullopt;
    const ssize_t got = ::read(from, chunk.data(), chunk.size());
    if (got <= 0) return std::nullopt;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool write_all(int to, std::string_view text) { return sys::write_all(to, text, "a connection").has_value(); }

void answer(int client, std::string_view status) {
  write_all(client, fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status));
}

UniqueFd connect_to(const net::Address& address, std::uint16_t port) {
  const bool is_v4 = address.family == net::Family::V4;
  UniqueFd proxy(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = ::htons(port);
  std::memcpy(&v4.sin_addr, address.bytes.data(), sizeof(v4.sin_addr));
  v6.sin6_family = AF_INET6;
  v6.sin6_port = ::htons(port);
  std::memcpy(&v6.sin6_addr, address.bytes.data(), sizeof(v6.sin6_addr));
  const auto* to = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const socklen_t size = is_v4 ? sizeof(v4) : sizeof(v6);
  if (!proxy || ::connect(proxy.get(), to, size) != 0) return {};
  return proxy;
}

// Until both sides have ended. Of the client nothing but its end is taken where it has no more to say.
void pass_on(int client, int proxy, bool client_speaks) {
  sys::Pump to_proxy;
  sys::Pump to_client;
  constexpr short kGone = POLLHUP | POLLERR;
  while (!to_client.is_done() && !(client_speaks && to_proxy.is_done())) {
    const bool listens = client_speaks && to_proxy.wants_input();
    std::array<pollfd, 2> polled = {
        pollfd{client, static_cast<short>((listens ? POLLIN : 0) | (to_client.wants_output() ? POLLOUT : 0)), 0},
        pollfd{proxy,
               static_cast<short>((to_client.wants_input() ? POLLIN : 0) | (to_proxy.wants_output() ? POLLOUT : 0)),
               0}};
    if (::poll(polled.data(), polled.size(), -1) < 0) return;
    const auto is_ready = [&](std::size_t at, short what) { return (polled[at].revents & (what | kGone)) != 0; };
    if (listens && is_ready(0, POLLIN) && !to_proxy.read(client)) return;
    if (to_client.wants_input() && is_ready(1, POLLIN) && !to_client.read(proxy)) return;
    if (to_proxy.wants_output() && is_ready(1, POLLOUT) && !to_proxy.write(proxy)) return;
    if (to_client.wants_output() && is_ready(0, POLLOUT) && !to_client.write(client)) return;
    if (!listens && !to_client.wants_output() && (polled[0].revents & kGone) != 0) return;
  }
}

void serve(int client, const GatePlan& plan) {
  std::string rest;
  const auto head = read_head(client, rest);
  if (!head) return;
  const auto request = net::read_proxy_request(*head, plan.authorization);
  if (!request) return answer(client, "403 " + request.error().message());
  if (std::ranges::find(plan.allowed, request->destination) == plan.allowed.end()) {
    return answer(client, fmt::format("403 {} is no package index here: --package-host opens it",
                                      net::to_text(request->destination)));
  }
  UniqueFd proxy;
  for (const net::Address& address : plan.addresses) {
    if (!proxy) proxy = connect_to(address, plan.proxy_port);
  }
  if (!proxy) return answer(client, "502 the proxy of this machine does not answer");
  if (!write_all(proxy.get(), request->head)) return;
  if (!request->is_tunnel) return pass_on(client, proxy.get(), false);
  // Before the tunnel stands, what the client says would be read by the proxy itself.
  std::string early;
  const auto reply = read_head(proxy.get(), early);
  if (!reply || !write_all(client, *reply + early)) return;
  const auto status = net::read_proxy_status(*reply);
  const bool is_open = status && *status >= 200 && *status < 300;
  if (is_open && !write_all(proxy.get(), rest)) return;
  pass_on(client, proxy.get(), is_open);
}

int serve_alone(int client, const GatePlan& plan, pid_t parent) {
  // Its privileges went with the gate's.
  sys::close_all_but({client});
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || ::getppid() != parent || !filter_calls()) return 1;
  serve(client, plan);
  return 0;
}

[[noreturn]] void stand(int listener, const GatePlan& plan) {
  std::vector<sys::Child> visitors;
  for (;;) {
    std::vector<pollfd> polled = {{visitors.size() < kMostVisitors ? listener : -1, POLLIN, 0}};
    for (const sys::Child& one : visitors) polled.push_back({one.pidfd(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    std::size_t at = 0;
    std::erase_if(visitors, [&](const sys::Child&) { return polled[++at].revents != 0; });
    if (polled[0].revents == 0) continue;
    const UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) continue;
    auto visitor = sys::Child::start(0, std::nullopt,
                                     [&, parent = ::getpid()] { return serve_alone(client.get(), plan, parent); });
    if (visitor) visitors.push_back(*std::move(visitor));
  }
}

int gate(int listener, const GatePlan& plan, pid_t parent) {
  ::setsid();
  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_NAME, "berth-gate", 0, 0, 0);
  if (!give_up_rights({listener}, -1)) return 1;
  if (::getppid() != parent) return 0;  // it died before we would have been told
  stand(listener, plan);
}

}  // namespace

Result<ProxyGate> ProxyGate::open(int name_space, const GatePlan& plan) {
  BERTH_TRY(const UniqueFd listener, listen_in_network(name_space, plan.port));
  BERTH_TRY(sys::Child process, sys::Child::start(0, std::nullopt, [&, parent = ::getpid()] {
                                  return gate(listener.get(), plan, parent);
                                }).context([] { return "start the gate before the proxy"; }));
  return ProxyGate(std::move(process));
}

}  // namespace berth::container
