// One client's connection, while the daemon itself speaks on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/unique_fd.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/http_request.h"

namespace berth::http {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kHeadTime{10};  // from the first byte of a request, or from the connection on
constexpr std::chrono::seconds kBodyTime{30};
constexpr std::chrono::seconds kIdleTime{60};  // between two requests
constexpr std::chrono::seconds kSendTime{10};  // for an answer of the daemon's own

enum class Phase {
  Reads,    // a request
  Waits,    // its call waits for its turn
  Works,    // a worker answers
  Answers,  // the daemon does, and closes it then
};

// Never blocks, whatever the client does. Owned by the daemon.
class Connection {
 public:
  Connection(UniqueFd socket, sys::Peer peer, bool of_group)
      : socket_(std::move(socket)), peer_(peer), of_group_(of_group), deadline_(Clock::now() + kHeadTime) {}

  int fd() const { return socket_.get(); }
  const sys::Peer& peer() const { return peer_; }
  bool of_group() const { return of_group_; }
  Phase phase() const { return phase_; }
  Clock::time_point deadline() const { return deadline_; }
  // Whether nothing of a request has come.
  bool is_idle() const { return parser_.is_idle(); }
  bool is_sending() const { return !out_.empty(); }
  bool has_request() const { return request_.has_value(); }
  // What poll(2) should look for.
  short events() const;

  // Takes in what has come. False when the client is gone.
  bool receive();
  // The next request, when it is whole. Problems: those of the parser; 400 for more descriptors than one may send.
  std::expected<bool, wire::HttpProblem> next_request();
  wire::HttpRequest& request() { return *request_; }
  std::vector<UniqueFd> take_descriptors() { return std::exchange(descriptors_, {}); }

  void wait_for_turn() { phase_ = Phase::Waits; }
  void hand_over();
  // A worker has answered, and let go of it: the next request may come, or be here already.
  void take_back();

  // Puts an answer on its way. With `closes` it is the last one.
  void answer(std::string_view bytes, bool closes);
  // Sends what can be sent. False when the connection is at its end.
  bool flush();

 private:
  UniqueFd socket_;
  sys::Peer peer_;
  bool of_group_;
  Phase phase_ = Phase::Reads;
  Clock::time_point deadline_;
  wire::HttpRequestParser parser_;
  std::vector<UniqueFd> descriptors_;
  std::optional<wire::HttpRequest> request_;
  std::string out_;
  std::size_t sent_ = 0;
  bool closes_ = false;
};

}  // namespace berth::http
