// A name forwarder at work, a script that asks it, and the keeper of a packet filter.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "berth/net/name_forwarder.h"
#include "berth/net/name_report.h"
#include "berth/net/opening.h"
#include "berth/sys/pipe.h"
#include "tests/net/scripted_resolver.h"

namespace berth::testing {

// The serving loop in a thread of the test.
class ServedNames {
 public:
  explicit ServedNames(net::NameForwarderJob job) : sockets_(SocketPair::bound()), report_(*sys::make_pipe()) {
    int ends[2] = {-1, -1};
    BERTH_ASSERT(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    control_.reset(ends[0]);
    keeper_.reset(ends[1]);
    job.udp = {sockets_.udp.get()};
    job.tcp = {sockets_.tcp.get()};
    job.control = control_.get();
    job.report = report_.write.get();
    thread_ = std::thread([job = std::move(job)] { net::serve_names(job); });
  }
  ~ServedNames() { stop(); }

  int keeper() const { return keeper_.get(); }
  std::uint16_t port() const { return sockets_.port; }

  // Ends the forwarder; gives its report as lines.
  std::vector<std::string> stop() {
    if (!thread_.joinable()) return {};
    ::shutdown(keeper_.get(), SHUT_RDWR);
    thread_.join();
    report_.write.reset();
    std::vector<std::string> lines;
    const auto events = net::read_name_report(report_.read.get());
    EXPECT_TRUE(events.has_value());
    for (const net::NameEvent& event : *events) lines.push_back(net::to_text(event));
    return lines;
  }

 private:
  SocketPair sockets_;
  sys::Pipe report_;
  UniqueFd control_;
  UniqueFd keeper_;
  std::thread thread_;
};

// Asks as a script does. Over UDP a client without EDNS takes 512 bytes.
class AskingScript {
 public:
  explicit AskingScript(std::uint16_t port) : port_(port), udp_(connected(SOCK_DGRAM)) {}

  int fd() const { return udp_.get(); }

  void send(const std::string& bytes) const { ::send(udp_.get(), bytes.data(), bytes.size(), 0); }

  std::optional<std::string> receive(int milliseconds = 8'000) const {
    pollfd polled = {udp_.get(), POLLIN, 0};
    if (::poll(&polled, 1, milliseconds) != 1) return std::nullopt;
    std::string bytes(65'536, '\0');
    const ssize_t got = ::recv(udp_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

  std::optional<net::DnsAnswer> ask(std::string_view name, net::DnsType type = net::DnsType::A) {
    const std::uint16_t id = ++last_id_;
    send(net::print_query(id, name_of(name), static_cast<std::uint16_t>(type)));
    const auto bytes = receive();
    if (!bytes) return std::nullopt;
    auto answer = net::parse_answer(bytes_of(*bytes));
    EXPECT_TRUE(answer && answer->id == id && answer->name.to_text() == name) << name;
    return answer;
  }

  std::optional<net::DnsAnswer> ask_over_tcp(std::string_view name, net::DnsType type = net::DnsType::A) {
    const UniqueFd tcp = connected(SOCK_STREAM);
    const std::string query = net::print_query(9, name_of(name), static_cast<std::uint16_t>(type));
    const std::string framed = two_bytes(static_cast<unsigned>(query.size())) + query;
    ::send(tcp.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
    std::string bytes;
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t got = ::recv(tcp.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return std::nullopt;
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t length =
          static_cast<std::size_t>(bytes_of(bytes)[0]) << 8 | (bytes.size() > 1 ? bytes_of(bytes)[1] : 0xffu);
      if (bytes.size() >= 2 + length) return net::parse_answer(bytes_of(bytes).subspan(2, length));
    }
  }

  UniqueFd connected(int kind) const {
    UniqueFd socket(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
    const sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port_), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    BERTH_ASSERT(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    return socket;
  }

 private:
  std::uint16_t port_;
  UniqueFd udp_;
  std::uint16_t last_id_ = 100;
};

// "NOERROR: 1.2.3.4 2001:db8::1", "NXDOMAIN:", "silence".
inline std::string shown(const std::optional<net::DnsAnswer>& answer) {
  if (!answer) return "silence";
  static const std::map<net::DnsCode, std::string> kCodes = {{net::DnsCode::NoError, "NOERROR"},
                                                             {net::DnsCode::ServerFailure, "SERVFAIL"},
                                                             {net::DnsCode::NoSuchName, "NXDOMAIN"},
                                                             {net::DnsCode::Refused, "REFUSED"}};
  std::string text = kCodes.contains(answer->code) ? kCodes.at(answer->code) : "?";
  text += answer->truncated ? " cut:" : ":";
  for (const net::DnsRecord& record : answer->records) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(record.data.data());
    if (record.is(net::DnsType::A)) text += " " + net::to_text(net::Address::v4(bytes));
    if (record.is(net::DnsType::AAAA)) text += " " + net::to_text(net::Address::v6(bytes));
    if (record.is(net::DnsType::CNAME)) text += " alias";
    if (record.is(net::DnsType::TXT)) text += " text";
  }
  return text;
}

}  // namespace berth::testing
