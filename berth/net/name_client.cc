#include "berth/net/name_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace berth::net {
namespace {

// A question is a header, a name and an OPT with a few options.
constexpr std::size_t kMaxQueryBytes = 1024;
constexpr std::size_t kLengthBytes = 2;

std::size_t length_in_front(std::string_view bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 | static_cast<unsigned char>(bytes[1]);
}

}  // namespace

bool NameClient::is_same(const NameClient& other) const {
  return udp == other.udp && connection == other.connection && peer_size == other.peer_size &&
         std::memcmp(&peer, &other.peer, sizeof(peer)) == 0;
}

std::optional<NameMessage> receive_datagram(int udp) {
  NameMessage message;
  message.client.udp = udp;
  std::array<char, kMaxQueryBytes> buffer;
  socklen_t size = sizeof(message.client.peer);
  const ssize_t got = ::recvfrom(udp, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&message.client.peer), &size);
  if (got < 0 || size > sizeof(message.client.peer)) return std::nullopt;
  message.client.peer_size = size;
  message.bytes.assign(buffer.data(), static_cast<std::size_t>(got));
  return message;
}

void NameConnections::accept_one(int listener, std::int64_t now_ns) {
  UniqueFd socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  connections_.push_back({.socket = std::move(socket), .number = next_number_++, .end_ns = now_ns + kIdleNs});
}

void NameConnections::append_polled(std::vector<pollfd>& polled, bool with_reads) const {
  for (const Connection& connection : connections_) {
    const bool reads = with_reads && !connection.is_asking && connection.out.empty();
    const int events = (reads ? POLLIN : 0) | (connection.out.empty() ? 0 : POLLOUT);
    polled.push_back({connection.socket.get(), static_cast<short>(events), 0});
  }
}

void NameConnections::advance(const pollfd* polled, std::int64_t now_ns) {
  for (Connection& connection : connections_) {
    const short ready = (polled++)->revents;
    if ((ready & POLLOUT) != 0) write_some(connection);
    if ((ready & POLLIN) != 0) read_some(connection);
    // Nobody is left to answer; what was read before still is.
    if ((ready & (POLLERR | POLLNVAL)) != 0 || (ready & (POLLIN | POLLHUP)) == POLLHUP) connection.is_over = true;
    if (now_ns >= connection.end_ns) connection.is_over = true;
  }
  std::erase_if(connections_, [](const Connection& connection) { return connection.is_over; });
}

bool NameConnections::has_message() const {
  return std::ranges::any_of(connections_, [](const Connection& one) { return length_of_message(one).has_value(); });
}

std::optional<NameMessage> NameConnections::take_message() {
  for (Connection& connection : connections_) {
    const auto length = length_of_message(connection);
    if (!length) continue;
    NameMessage message;
    message.client.connection = connection.number;
    message.bytes = connection.in.substr(kLengthBytes, *length);
    connection.in.erase(0, kLengthBytes + *length);
    connection.is_asking = true;
    return message;
  }
  return std::nullopt;
}

std::int64_t NameConnections::next_end_ns(std::int64_t most_ns) const {
  for (const Connection& connection : connections_) most_ns = std::min(most_ns, connection.end_ns);
  return most_ns;
}

void NameConnections::answer(std::uint64_t number, const std::string& message, std::int64_t now_ns) {
  for (Connection& connection : connections_) {
    if (connection.number != number) continue;
    connection.out += static_cast<char>(message.size() >> 8);
    connection.out += static_cast<char>(message.size() & 0xff);
    connection.out += message;
    connection.is_asking = false;
    connection.end_ns = now_ns + kIdleNs;
    write_some(connection);
  }
}

void NameConnections::read_some(Connection& connection) {
  std::array<char, kLengthBytes + kMaxQueryBytes> buffer;
  const std::size_t room = buffer.size() - connection.in.size();
  const ssize_t got = ::recv(connection.socket.get(), buffer.data(), room, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    connection.is_over = true;
    return;
  }
  connection.in.append(buffer.data(), static_cast<std::size_t>(got));
  connection.is_over = connection.in.size() >= kLengthBytes && length_in_front(connection.in) > kMaxQueryBytes;
}

void NameConnections::write_some(Connection& connection) {
  if (connection.out.empty()) return;
  const ssize_t sent =
      ::send(connection.socket.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) connection.is_over = true;
  if (sent > 0) connection.out.erase(0, static_cast<std::size_t>(sent));
}

std::optional<std::size_t> NameConnections::length_of_message(const Connection& connection) {
  if (connection.is_asking || !connection.out.empty() || connection.in.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = length_in_front(connection.in);
  return connection.in.size() < kLengthBytes + length ? std::nullopt : std::optional(length);
}

}  // namespace berth::net
