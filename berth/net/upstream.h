// One try to have one question answered by one resolver.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "berth/base/unique_fd.h"
#include "berth/net/dns_message.h"
#include "berth/net/resolv_conf.h"

namespace berth::net {

// A resolver as connect(2) wants it. Made once: what an interface's name means needs a call that the confined process
// does not have.
struct UpstreamAddress {
  sockaddr_storage address = {};
  socklen_t size = 0;
};

UpstreamAddress upstream_address_of(const Resolver& resolver);

enum class Transport { Udp, Tcp };

enum class Progress {
  Waiting,
  Answered,  // answer() is there, with whatever code
  AskByTcp,  // the answer was cut short, or somebody sends wrong answers: guessing cannot work over TCP
  Silent,    // nobody is there
  Nonsense,  // what came was no answer
};

// Asks with an id and a port that were never used before, so that nobody who does not see the question can answer it.
// Takes an answer only from the resolver's address, with the id and the question that were sent.
class UpstreamTry {
 public:
  // Nothing: the resolver cannot be reached at all, or this machine has no socket left.
  static std::optional<UpstreamTry> start(const UpstreamAddress& resolver, Transport transport, const DnsName& name,
                                          std::uint16_t type);

  int fd() const { return socket_.get(); }
  short wanted_events() const;  // for poll(2)

  // To be called when poll says that the socket is ready. Never blocks.
  Progress advance();
  const DnsAnswer& answer() const { return answer_; }  // after Progress::Answered

 private:
  UpstreamTry(UniqueFd socket, Transport transport) : socket_(std::move(socket)), transport_(transport) {}
  Progress advance_udp();
  Progress advance_tcp();
  Progress read_tcp();
  bool is_answer_to_us(const std::optional<DnsAnswer>& answer) const;

  UniqueFd socket_;
  Transport transport_;
  std::uint16_t id_ = 0;
  DnsName name_;
  std::uint16_t type_ = 0;
  std::string to_send_;   // over TCP, with its length in front
  std::string received_;  // over TCP
  int wrong_ = 0;         // datagrams that were no answer to us
  DnsAnswer answer_;
};

}  // namespace berth::net
