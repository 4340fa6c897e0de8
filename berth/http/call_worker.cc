#include "berth/http/call_worker.h"

#include <signal.h>
#include <sys/socket.h>

#include <algorithm>

#include "berth/http/worker.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/unix_socket.h"

namespace berth::http {

Result<CallWorker> CallWorker::start(const std::function<void(int socket, WorkerBoard& board)>& body) {
  BERTH_TRY(sys::SocketPair orders, sys::make_socket_pair());
  BERTH_TRY(WorkerBoard board, WorkerBoard::make());
  const int theirs = orders.theirs.get();
  BERTH_TRY(sys::Child child, start_process({theirs}, [&] { body(theirs, board); }));
  return CallWorker(std::move(child), std::move(orders.ours), std::move(board));
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
  if (!kill_time_.at()) kill_time_.set(grace);
}

std::optional<CallWorker::Clock::time_point> CallWorker::kill_at() const {
  const auto at = kill_time_.at();
  const auto by = rest_time_.at();
  if (!at || !by) return at ? at : by;
  return std::min(*at, *by);
}

bool CallWorker::kill_if_due() {
  const bool has_not_rested = rest_time_.is_due();
  const bool is_due = kill_time_.is_due() || has_not_rested;
  if (is_due) kill();
  return is_due;
}

void CallWorker::kill() { std::ignore = child_.kill(SIGKILL); }

int CallWorker::reap() {
  const auto ending = child_.wait();
  return ending ? ending->status : -1;
}

}  // namespace berth::http
