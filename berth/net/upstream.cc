#include "berth/net/upstream.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "berth/base/error.h"

namespace berth::net {
namespace {

// More wrong datagrams than this on a port nobody knows are an attempt to guess the id, of which there are 65,536.
constexpr int kMaxWrong = 32;
constexpr std::size_t kLengthBytes = 2;  // in front of each message over TCP

std::uint16_t random_id() {
  std::uint16_t id = 0;
  // A call for so few bytes is never cut short once the machine has booted (getrandom(2)).
  BERTH_ASSERT(::getrandom(&id, sizeof(id), 0) == sizeof(id));
  return id;
}

Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

std::string with_length(const std::string& message) {
  std::string framed;
  framed += static_cast<char>(message.size() >> 8);
  framed += static_cast<char>(message.size() & 0xff);
  return framed + message;
}

bool would_block(int error) { return error == EAGAIN || error == EINTR || error == EINPROGRESS; }

}  // namespace

UpstreamAddress upstream_address_of(const Resolver& resolver) {
  UpstreamAddress upstream;
  if (resolver.address.family == Family::V4) {
    sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(resolver.port)};
    std::memcpy(&four.sin_addr, resolver.address.bytes.data(), sizeof(four.sin_addr));
    std::memcpy(&upstream.address, &four, sizeof(four));
    upstream.size = sizeof(four);
  } else {
    sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(resolver.port)};
    std::memcpy(&six.sin6_addr, resolver.address.bytes.data(), sizeof(six.sin6_addr));
    // An interface that is not there gives 0, and then the resolver cannot be reached, which is the truth.
    if (!resolver.zone.empty()) six.sin6_scope_id = ::if_nametoindex(resolver.zone.c_str());
    std::memcpy(&upstream.address, &six, sizeof(six));
    upstream.size = sizeof(six);
  }
  return upstream;
}

std::optional<UpstreamTry> UpstreamTry::start(const UpstreamAddress& resolver, Transport transport, const DnsName& name,
                                              std::uint16_t type) {
  const bool is_tcp = transport == Transport::Tcp;
  const int kind = (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  UniqueFd socket(::socket(resolver.address.ss_family, kind, 0));
  if (!socket) return std::nullopt;
  // A connected datagram socket takes nothing from other addresses, and hears that nobody listens there.
  const auto* address = reinterpret_cast<const sockaddr*>(&resolver.address);
  if (::connect(socket.get(), address, resolver.size) != 0 && errno != EINPROGRESS) return std::nullopt;
  UpstreamTry attempt(std::move(socket), transport);
  attempt.id_ = random_id();
  attempt.name_ = name;
  attempt.type_ = type;
  const std::string message = print_query(attempt.id_, name, type);
  if (is_tcp) {
    attempt.to_send_ = with_length(message);
  } else if (::send(attempt.fd(), message.data(), message.size(), MSG_NOSIGNAL) < 0) {
    return std::nullopt;
  }
  return attempt;
}

short UpstreamTry::wanted_events() const { return to_send_.empty() ? POLLIN : POLLOUT; }

Progress UpstreamTry::advance() { return transport_ == Transport::Udp ? advance_udp() : advance_tcp(); }

bool UpstreamTry::is_answer_to_us(const std::optional<DnsAnswer>& answer) const {
  return answer && answer->id == id_ && answer->type == type_ && answer->name.equals_any_case(name_);
}

Progress UpstreamTry::advance_udp() {
  std::array<std::uint8_t, 4096> buffer;  // more than we said we take; longer ones are cut and then make no sense
  while (wrong_ < kMaxWrong) {
    const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return would_block(errno) ? Progress::Waiting : Progress::Silent;
    auto answer = parse_answer(Bytes(buffer).first(static_cast<std::size_t>(got)));
    if (is_answer_to_us(answer)) {
      answer_ = *std::move(answer);
      return answer_.truncated ? Progress::AskByTcp : Progress::Answered;
    }
    ++wrong_;
  }
  return Progress::AskByTcp;
}

Progress UpstreamTry::advance_tcp() {
  if (!to_send_.empty()) {
    const ssize_t sent = ::send(fd(), to_send_.data(), to_send_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return would_block(errno) ? Progress::Waiting : Progress::Silent;
    to_send_.erase(0, static_cast<std::size_t>(sent));
    return Progress::Waiting;
  }
  return read_tcp();
}

Progress UpstreamTry::read_tcp() {
  std::array<char, 4096> buffer;
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0) return would_block(errno) ? Progress::Waiting : Progress::Silent;
  if (got == 0) return Progress::Nonsense;
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  if (received_.size() < kLengthBytes) return Progress::Waiting;
  const Bytes bytes = bytes_of(received_);
  const std::size_t length = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
  if (received_.size() < kLengthBytes + length) return Progress::Waiting;
  auto answer = parse_answer(bytes.subspan(kLengthBytes, length));
  if (!is_answer_to_us(answer) || answer->truncated) return Progress::Nonsense;
  answer_ = *std::move(answer);
  return Progress::Answered;
}

}  // namespace berth::net
