#include "berth/http/worker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>

#include "berth/base/utc_text.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::http {
namespace {

constexpr std::size_t kMostReported = 64 << 10;

}  // namespace

Result<sys::Child> start_process(const std::vector<int>& kept, const std::function<void()>& body) {
  const pid_t parent = ::getpid();
  return sys::Child::start(0, std::nullopt, [&] {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) return 1;
    std::vector<int> own = {0, 1, 2};
    own.insert(own.end(), kept.begin(), kept.end());
    sys::close_all_but(std::move(own));
    body();
    return 0;
  });
}

Result<Worker> Worker::start(const std::function<void(const WorkerEnds&)>& body) {
  BERTH_TRY(sys::Pipe report, sys::make_pipe());
  BERTH_TRY(sys::Pipe stop, sys::make_pipe());
  BERTH_CHECK_OK(sys::set_nonblocking(report.read.get(), "a worker's report"));
  // The end of the pipe is the interrupt: unlike a signal it reaches the processes that the worker forks, too.
  BERTH_TRY(sys::Child child,
            start_process({report.write.get(), stop.read.get()}, [&] { body({stop.read.get(), report.write.get()}); }));
  return Worker(std::move(child), std::move(report.read), std::move(stop.write));
}

std::vector<std::string> Worker::read_report() {
  std::array<char, 4096> chunk;
  while (reported_.size() < kMostReported) {
    const ssize_t got = ::read(report_.get(), chunk.data(), chunk.size());
    if (got <= 0) {
      // Its end may be held open by what the worker has started; a report that has ended is not polled again.
      if (got == 0) report_.reset();
      break;
    }
    reported_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  std::vector<std::string> lines;
  for (std::size_t end = reported_.find('\n'); end != std::string::npos; end = reported_.find('\n')) {
    lines.push_back(reported_.substr(0, end));
    reported_.erase(0, end + 1);
  }
  if (reported_.size() >= kMostReported) reported_.clear();
  return lines;
}

void Worker::stop(std::chrono::milliseconds grace) {
  if (is_stopping()) return;
  stop_.reset();
  kill_time_.set(grace);
}

void Worker::kill_if_due() {
  if (kill_time_.is_due()) std::ignore = child_.kill(SIGKILL);
}

std::string Worker::since() const { return utc_text(since_); }

int Worker::reap() {
  const auto ending = child_.wait();
  return ending ? ending->status : -1;
}

}  // namespace berth::http
