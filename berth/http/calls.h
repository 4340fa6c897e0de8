// The calls that clients have asked for, and the workers that carry them out.
#pragma once

#include <poll.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/http/call_times.h"
#include "berth/http/call_worker.h"
#include "berth/http/worker_choice.h"
#include "berth/sys/unix_socket.h"
#include "berth/wire/http_request.h"

namespace berth::http {

using ConnectionId = std::uint64_t;

// A call that a client has asked for, whole.
struct AskedCall {
  ConnectionId connection = 0;
  int socket = -1;  // of the connection, which outlives this
  sys::Peer peer;
  CallOrder order;          // without the client's descriptor
  std::string affinity;     // what the client says of it
  bool was_handed = false;  // to a worker that died before it had looked at it
};

// How a call ended, for its connection.
struct EndedCall {
  ConnectionId connection = 0;
  bool keeps = false;            // another request may come
  bool waits_again = false;      // it has not ended: its worker died before it had begun
  std::optional<Error> refusal;  // this is the answer: nothing has been answered,
  bool is_last_event = false;    // or events, and this is the last one
};

// For the daemon's one thread, which it never holds up.
class Calls {
 public:
  Calls(const app::Settings& settings, container::Guards guards);

  // For one more of this user and affinity.
  bool has_room(uid_t user, const std::string& affinity) const;
  // Where there is none: the connection of a call that waits and gives way to one of this user and affinity.
  std::optional<ConnectionId> crowd_out(uid_t user, const std::string& affinity);
  std::size_t running() const { return choice_.busy(); }
  std::size_t waiting() const { return choice_.waiting(); }
  void add(AskedCall call);
  // The client of a call that waits is gone.
  void forget(ConnectionId connection);
  // Starts what has its turn, and tells workers what they have to know. Gives the connections whose calls a worker has
  // now, and those that could not be started.
  struct Begun {
    std::vector<ConnectionId> handed_over;
    std::vector<EndedCall> failed;  // each with a refusal
  };
  Begun go_on();

  // What the daemon polls for it; serve() is given the same ones back.
  void add_to(std::vector<pollfd>& fds) const;
  std::vector<EndedCall> serve(std::vector<pollfd>::const_iterator fds);
  // When something is due without anything having happened.
  std::optional<std::chrono::steady_clock::time_point> next() const;
  void kill_if_due();

  // Nothing begins any more; calls that wait are forgotten, and workers without a call end.
  void drain();
  bool is_idle() const { return workers_.empty() && choice_.waiting() == 0; }
  // Tells a running call to end. False when there is none of that id.
  bool stop(const std::string& id);
  void stop_all();

  // For `GET /v1/calls`.
  Json list() const;
  // For `GET /v1/pool`: workers, their zygotes, sums and bounds.
  Json pool() const;
  // Idle workers end, and busy ones after their call; with `item` only zygotes of that name. How many.
  std::size_t reset(const std::optional<std::string>& item);

 private:
  struct RunningCall {
    AskedCall asked;
    std::string since;
    std::chrono::steady_clock::time_point handed_at = std::chrono::steady_clock::now();
    bool is_stopping = false;
    std::string killed_for;  // why the daemon has killed its worker
  };
  struct Staying {
    CallWorker worker;
    std::string since;
    std::string affinity;  // of its last call
    std::optional<RunningCall> call;
  };

  Result<void> hand_over(const WorkerChoice::Start& start);
  Result<CallWorker> start_worker();
  void warm_up();
  void stop(Staying& staying);
  void watch();
  void kill(Staying& staying, std::string why);
  void take_reports(WorkerId id, Staying& staying, std::vector<EndedCall>& ended);
  // Whether that was to be told.
  bool take_rest(WorkerId id, Staying& staying, RestReport& rest);
  std::optional<EndedCall> bury(WorkerId id);

  const app::Settings& settings_;
  container::Guards guards_;
  WorkerChoice choice_;
  std::map<ConnectionId, AskedCall> asked_;  // those that wait
  std::map<WorkerId, Staying> workers_;
  std::deque<std::string> to_warm_;                       // of the setting, that nobody has been told yet
  std::optional<WorkerId> warms_;                         // who has been told one, and is at it
  std::chrono::steady_clock::time_point next_look_ = {};  // at the calls that run
  CallTimes times_;
};

}  // namespace berth::http
