#include "berth/http/call_worker.h"

#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "berth/http/worker.h"
#include "berth/sys/syscall.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {

Result<CallWorker> CallWorker::start(const std::function<void(int socket, WorkerBoard& board)>& body) {
  std::array<int, 2> ends = {-1, -1};
  const auto make = [&] { return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()); };
  BERTH_CHECK_OK(sys::check(make, "make a worker's socket"));
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  BERTH_TRY(WorkerBoard board, WorkerBoard::make());
  BERTH_TRY(sys::Child child, start_process({theirs.get()}, [&] { body(theirs.get(), board); }));
  return CallWorker(std::move(child), std::move(ours), std::move(board));
}

Result<std::vector<Report>> CallWorker::take_reports() {
  std::vector<Report> reports;
  while (socket_) {
    const auto received = sys::receive_from(socket_.get(), MSG_DONTWAIT);
    if (!received && received.error().os_error() == EAGAIN) break;
    // Its death is told by pidfd(), and what it had told before has come by then.
    if (!received || received->bytes.empty()) {
      socket_.reset();
      break;
    }
    BERTH_TRY(Report report, parse_report(received->bytes));
    reports.push_back(std::move(report));
  }
  return reports;
}

void CallWorker::kill_after(std::chrono::milliseconds grace) {
  if (!kill_at_) kill_at_ = Clock::now() + grace;
}

std::optional<CallWorker::Clock::time_point> CallWorker::kill_at() const {
  if (!kill_at_ || !rests_by_) return kill_at_ ? kill_at_ : rests_by_;
  return std::min(*kill_at_, *rests_by_);
}

void CallWorker::kill_if_due() {
  const auto at = kill_at();
  if (!at || Clock::now() < *at) return;
  kill();
  // One that the kernel does not let go of is not asked for all the time.
  kill_at_ = Clock::now() + std::chrono::seconds(1);
  rests_by_.reset();
}

void CallWorker::kill() { std::ignore = child_.kill(SIGKILL); }

int CallWorker::reap() {
  const auto ending = child_.wait();
  return ending ? ending->status : -1;
}

}  // namespace berth::http
