// Where a question came from, and how its answer gets back: a datagram socket, or a connection.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/unique_fd.h"
#include "berth/net/dns_message.h"

namespace berth::net {

// A message in from a script, and where its answer goes.
struct NameClient {
  int udp = -1;            // the socket it came over; -1: a connection
  sockaddr_in6 peer = {};  // large enough for IPv4 as well; zero behind it
  socklen_t peer_size = 0;
  std::uint64_t connection = 0;  // number of the connection

  // How long an answer may be.
  std::size_t limit_bytes(const DnsQuery& query) const { return udp >= 0 ? query.udp_bytes : kMaxTcpBytes; }
  bool is_same(const NameClient& other) const;
};

struct NameMessage {
  NameClient client;
  std::string bytes;
};

// Takes one datagram, if one waits; one that is too long to be a query comes cut.
std::optional<NameMessage> receive_datagram(int udp);

// The connections of a container's scripts: few, each with one question at a time, closed when they keep still.
class NameConnections {
 public:
  static constexpr std::size_t kMaxConnections = 16;
  static constexpr std::int64_t kIdleNs = 10'000'000'000;

  bool has_room() const { return connections_.size() < kMaxConnections; }
  void accept_one(int listener, std::int64_t now_ns);

  // What to poll for, in the order that advance() takes the results in.
  void append_polled(std::vector<pollfd>& polled, bool with_reads) const;
  // Reads and writes what is ready, and ends what is over.
  void advance(const pollfd* polled, std::int64_t now_ns);
  // Whether a question has come whole and waits to be taken.
  bool has_message() const;
  std::optional<NameMessage> take_message();
  // When the first of them is to be closed, or `most_ns` where that is sooner.
  std::int64_t next_end_ns(std::int64_t most_ns) const;

  void answer(std::uint64_t number, const std::string& message, std::int64_t now_ns);

 private:
  struct Connection {
    UniqueFd socket;
    std::uint64_t number = 0;
    std::int64_t end_ns = 0;
    std::string in;
    std::string out;
    bool is_asking = false;  // a question is on its way: no further one is read
    bool is_over = false;
  };
  static void read_some(Connection& connection);
  static void write_some(Connection& connection);
  // How long the question is that can be taken.
  static std::optional<std::size_t> length_of_message(const Connection& connection);

  std::vector<Connection> connections_;
  std::uint64_t next_number_ = 1;
};

}  // namespace berth::net
