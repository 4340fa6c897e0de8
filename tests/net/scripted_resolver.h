// A resolver on the loopback interface that answers as a test says, honest or not.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "berth/base/error.h"
#include "berth/base/unique_fd.h"
#include "berth/net/resolv_conf.h"
#include "tests/net/dns_bytes.h"

namespace berth::testing {

inline UniqueFd loopback_socket(int kind, std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return UniqueFd();
  if (kind == SOCK_STREAM && ::listen(socket.get(), 16) != 0) return UniqueFd();
  return socket;
}

inline std::uint16_t port_of(const UniqueFd& socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  BERTH_ASSERT(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

// A datagram socket and a listener on the same port of 127.0.0.1.
struct SocketPair {
  UniqueFd udp;
  UniqueFd tcp;
  std::uint16_t port = 0;

  static SocketPair bound() {
    for (int i = 0; i < 100; ++i) {
      SocketPair pair;
      pair.udp = loopback_socket(SOCK_DGRAM, 0);
      pair.port = port_of(pair.udp);
      pair.tcp = loopback_socket(SOCK_STREAM, pair.port);
      if (pair.tcp) return pair;
    }
    BERTH_ASSERT(false);
  }
};

// What a question brings: datagrams, in this order, or one message over TCP.
struct Scripted {
  std::vector<std::string> answers;
  std::vector<std::string> from_stranger;  // sent first, from another port
  std::chrono::milliseconds delay{0};
};

class ScriptedResolver {
 public:
  using Script = std::function<Scripted(const net::DnsQuery& query, bool is_tcp)>;

  explicit ScriptedResolver(Script script)
      : script_(std::move(script)),
        sockets_(SocketPair::bound()),
        stranger_(loopback_socket(SOCK_DGRAM, 0)),
        thread_([this] { serve(); }) {}
  ~ScriptedResolver() {
    stop_ = true;
    thread_.join();
  }

  net::Resolver resolver() const { return {.address = *net::parse_address("127.0.0.1"), .port = sockets_.port}; }
  int asked() const { return asked_; }
  int asked_over_tcp() const { return asked_over_tcp_; }
  std::vector<net::DnsQuery> queries() {
    const std::scoped_lock lock(mutex_);
    return queries_;
  }

 private:
  void serve() {
    while (!stop_) {
      std::array<pollfd, 2> polled = {{{sockets_.udp.get(), POLLIN, 0}, {sockets_.tcp.get(), POLLIN, 0}}};
      ::poll(polled.data(), polled.size(), 20);
      if (polled[0].revents != 0) serve_datagram();
      if (polled[1].revents != 0) serve_connection();
    }
  }

  std::optional<Scripted> scripted(std::string_view bytes, bool is_tcp) {
    const auto query = net::parse_query(bytes_of(bytes));
    if (!query) return std::nullopt;
    ++(is_tcp ? asked_over_tcp_ : asked_);
    {
      const std::scoped_lock lock(mutex_);
      queries_.push_back(*query);
    }
    Scripted result = script_(*query, is_tcp);
    std::this_thread::sleep_for(result.delay);
    return result;
  }

  void serve_datagram() {
    std::array<char, 4096> buffer;
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t got = ::recvfrom(sockets_.udp.get(), buffer.data(), buffer.size(), MSG_DONTWAIT, address, &size);
    if (got < 0) return;
    const auto script = scripted({buffer.data(), static_cast<std::size_t>(got)}, false);
    if (!script) return;
    for (const std::string& one : script->from_stranger) {
      ::sendto(stranger_.get(), one.data(), one.size(), 0, address, size);
    }
    for (const std::string& one : script->answers) {
      ::sendto(sockets_.udp.get(), one.data(), one.size(), 0, address, size);
    }
  }

  void serve_connection() {
    const UniqueFd connection(::accept4(sockets_.tcp.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (got <= 2) return;
    const auto script = scripted({buffer.data() + 2, static_cast<std::size_t>(got) - 2}, true);
    if (!script) return;
    for (const std::string& one : script->answers) {
      const std::string framed = two_bytes(static_cast<unsigned>(one.size())) + one;
      // In two pieces, as a network may deliver it.
      ::send(connection.get(), framed.data(), 3, MSG_NOSIGNAL);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ::send(connection.get(), framed.data() + 3, framed.size() - 3, MSG_NOSIGNAL);
    }
  }

  Script script_;
  SocketPair sockets_;
  UniqueFd stranger_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> asked_ = 0;
  std::atomic<int> asked_over_tcp_ = 0;
  std::mutex mutex_;
  std::vector<net::DnsQuery> queries_;
  std::thread thread_;
};

// The honest answer with these records.
inline std::string honest(const net::DnsQuery& query, std::vector<net::DnsRecord> records,
                          net::DnsCode code = net::DnsCode::NoError) {
  return net::print_reply(query, {.code = code, .records = std::move(records)}, net::kMaxTcpBytes);
}

// An answer for the name that was asked for, with this address, to questions for IPv4; none to others.
inline Scripted one_address(const net::DnsQuery& query, std::string_view address, std::uint32_t ttl = 300) {
  net::DnsRecord record = address_record(query.name.to_text(), address, ttl);
  if (record.type != query.type) return {{honest(query, {})}, {}};
  return {{honest(query, {record})}, {}};
}

}  // namespace berth::testing
