// The daemon: clients' requests over a Unix socket, each call in a process that has no other one meanwhile.
//
// One thread that waits with poll(2) for all there is: it reads requests, hands calls to workers, answers what is asked
// about itself, and never works, waits for a client or reads a disk, so that nothing can hold it up. A worker is a copy
// of it that carries out calls, one after another, with the same code as the command line, and answers on the client's
// own connection, which comes back when the answer is out. What happens to a worker happens to its client alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/http/calls.h"
#include "berth/http/connection.h"
#include "berth/http/instance_keeper.h"
#include "berth/http/listener.h"
#include "berth/http/routes.h"
#include "berth/sys/service_manager.h"
#include "berth/wire/http_response.h"

namespace berth::http {

struct DaemonOptions {
  std::string version;
  int interrupts = -1;  // a signalfd: the first signal drains, another one ends what runs
};

class Daemon {
 public:
  Daemon(const app::Settings& settings, const container::Guards& guards, Listener listener, sys::ServiceManager manager,
         DaemonOptions options)
      : settings_(settings),
        listener_(std::move(listener)),
        manager_(std::move(manager)),
        options_(std::move(options)),
        calls_(settings, guards),
        instances_(settings, guards) {}

  // Serves until it is told to end and has ended all that ran. Errors: the kernel's, of waiting.
  Result<void> run();

 private:
  struct Polled;

  bool is_done() const { return drains_until_ && calls_.is_idle() && instances_.is_idle() && connections_.empty(); }
  Polled look_for();
  std::chrono::milliseconds time_left() const;
  void serve(const Polled& polled, const std::vector<pollfd>& ready);
  void begin_end();
  void accept_all();
  void make_room();
  void serve_connection(ConnectionId id, short happened);
  void answer_requests(ConnectionId id);
  void answer_request(ConnectionId id, Connection& connection);
  void reset_pool(Connection& connection);
  void ask_for_call(ConnectionId id, Connection& connection, Verb verb);
  void answer_json(Connection& connection, int status, const Json& json, wire::HttpFields fields = {});
  void refuse(Connection& connection, int status, const std::string& text, wire::HttpFields fields = {});
  void start_calls();
  void end_call(const EndedCall& ended);
  void drop(ConnectionId id);
  void keep_times();
  Json health() const;

  const app::Settings& settings_;
  Listener listener_;
  sys::ServiceManager manager_;
  DaemonOptions options_;
  Calls calls_;
  InstanceKeeper instances_;
  std::map<ConnectionId, Connection> connections_;
  ConnectionId last_connection_ = 0;
  std::optional<Clock::time_point> drains_until_;
  Clock::time_point next_watchdog_ = Clock::now();
  Clock::time_point accepts_at_ = Clock::now();  // not before: there were no descriptors left
  std::uint64_t served_ = 0;
};

}  // namespace berth::http
