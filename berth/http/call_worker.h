// A process of the daemon's that stays and carries out calls, one at a time: the daemon's end of it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/http/kill_time.h"
#include "berth/http/worker_board.h"
#include "berth/http/worker_order.h"
#include "berth/http/worker_report.h"
#include "berth/sys/child.h"

namespace berth::http {

// Dies with the daemon, and is killed and reaped when it is destroyed. Nothing here blocks.
class CallWorker {
 public:
  using Clock = KillTime::Clock;

  // Forks it. `body` is given its end of the socket, and ends when the daemon lets go of the other one. For a process
  // with one thread. Errors: Exhausted (a process or descriptor limit).
  static Result<CallWorker> start(const std::function<void(int socket, WorkerBoard& board)>& body);

  pid_t pid() const { return child_.pid(); }
  int pidfd() const { return child_.pidfd(); }  // readable once it has ended
  int socket() const { return socket_.get(); }  // readable once it has reported; -1 once it is let go of
  WorkerBoard& board() { return board_; }
  const WorkerBoard& board() const { return board_; }

  // Says it. Errors: it is gone, or takes nothing.
  template <class... Parts>
  Result<void> say(const Parts&... order) {
    return send_order(socket_.get(), order...);
  }
  // What it has told. Errors: Corrupt; nothing it tells can be relied on then.
  Result<std::vector<Report>> take_reports();

  // Once `grace` is over, kill_if_due() kills it, unless it is forgiven before.
  void kill_after(std::chrono::milliseconds grace);
  void forgive() { kill_time_.reset(); }
  // Likewise unless it has rested before.
  void rest_within(std::chrono::milliseconds time) { rest_time_.set(time); }
  void has_rested() { rest_time_.reset(); }
  std::optional<Clock::time_point> kill_at() const;
  // Whether it did.
  bool kill_if_due();
  void kill();
  // It ends when it has nothing to do.
  void let_go() { socket_.reset(); }

  // How it ended, as wait(2) gives it. Call it once pidfd() is readable.
  int reap();

 private:
  CallWorker(sys::Child child, UniqueFd socket, WorkerBoard board)
      : child_(std::move(child)), socket_(std::move(socket)), board_(std::move(board)) {}

  sys::Child child_;
  UniqueFd socket_;
  WorkerBoard board_;
  KillTime kill_time_;
  KillTime rest_time_;
};

}  // namespace berth::http
