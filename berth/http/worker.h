// Processes of the daemon's: how they begin, and those that do one thing: a fetch, an instance that runs for long.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/http/kill_time.h"
#include "berth/sys/child.h"

namespace berth::http {

// Forks a process that dies with the daemon. `body` runs with all signals as the daemon has them and no descriptor of
// the daemon's but 0 to 2 and `kept`. For a process with one thread. Errors: Exhausted (a process limit).
Result<sys::Child> start_process(const std::vector<int>& kept, const std::function<void()>& body);

// What the body of a worker is given.
struct WorkerEnds {
  int interrupt = -1;  // readable once it is to stop: the daemon says so or is dead
  int report = -1;     // lines to the daemon
};

// Dies with the daemon, and is killed and reaped when it is destroyed. Whatever it does to itself, the daemon goes on.
class Worker {
 public:
  // Errors: Exhausted (a process or descriptor limit).
  static Result<Worker> start(const std::function<void(const WorkerEnds&)>& body);

  pid_t pid() const { return child_.pid(); }
  int pidfd() const { return child_.pidfd(); }  // readable once it has ended
  int report() const { return report_.get(); }  // readable once it has reported
  // The lines that have come, without their line feeds; at most 64 KiB of them are waited for.
  std::vector<std::string> read_report();

  // Tells it to stop; once `grace` is over, kill_if_due kills it. Telling it again changes nothing.
  void stop(std::chrono::milliseconds grace);
  bool is_stopping() const { return kill_time_.at().has_value(); }
  std::optional<KillTime::Clock::time_point> kill_at() const { return kill_time_.at(); }
  void kill_if_due();

  // When it was started, as RFC 3339 writes it.
  std::string since() const;

  // How it ended, as wait(2) gives it. Call it once pidfd() is readable.
  int reap();

 private:
  Worker(sys::Child child, UniqueFd report, UniqueFd stop)
      : child_(std::move(child)), report_(std::move(report)), stop_(std::move(stop)) {}

  sys::Child child_;
  UniqueFd report_;
  UniqueFd stop_;  // its other end reads end-of-file once it is to stop
  std::string reported_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  KillTime kill_time_;
};

}  // namespace berth::http
