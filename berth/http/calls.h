// The calls that clients have asked for: those that run, and those that wait for their turn.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/http/call_work.h"
#include "berth/http/worker.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/http_request.h"

namespace berth::http {

using ConnectionId = std::uint64_t;

// A call that a client has asked for, whole.
struct AskedCall {
  ConnectionId connection = 0;
  int socket = -1;  // of the connection, which outlives this
  sys::Peer peer;
  Verb verb = Verb::Run;
  wire::HttpRequest request;
  std::vector<UniqueFd> descriptors;
};

struct RunningCall {
  std::string id;
  AskedCall asked;
  Worker worker;
  std::string item;        // once the worker has told
  bool answering = false;  // the worker has begun to answer
};

// For the daemon's one thread.
class Calls {
 public:
  Calls(const app::Settings& settings, container::Guards guards) : settings_(settings), guards_(std::move(guards)) {}

  bool has_room() const { return waiting_.size() < settings_.serve.waiting || can_start(); }
  void add(AskedCall call) { waiting_.push_back(std::move(call)); }
  // The client of a call that waits is gone.
  void forget(ConnectionId connection);
  // Starts what has its turn. An error is for the client of that connection alone.
  struct Failed {
    ConnectionId connection;
    Error error;
  };
  std::vector<Failed> start_next();

  bool is_idle() const { return running_.empty() && waiting_.empty(); }
  // Takes in what the worker of `call` has told.
  static void take_report(RunningCall& call);
  const std::map<std::string, RunningCall>& running() const { return running_; }
  const std::deque<AskedCall>& waiting() const { return waiting_; }
  std::map<std::string, RunningCall>& running() { return running_; }
  std::deque<AskedCall>& waiting() { return waiting_; }
  // Tells a running call to end. False when there is none of that id.
  bool stop(const std::string& id);
  void stop_all();

  // For `GET /v1/calls`.
  Json list() const;

 private:
  bool can_start() const { return running_.size() < settings_.serve.calls; }
  Result<Worker> start(const std::string& id, AskedCall& call);

  const app::Settings& settings_;
  container::Guards guards_;
  std::deque<AskedCall> waiting_;
  std::map<std::string, RunningCall> running_;  // by id
};

}  // namespace berth::http
