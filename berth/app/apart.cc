#include "berth/app/apart.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "berth/sys/child.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

constexpr char kEnd = '\n';  // behind what the work returned: a process may also end well before it has

struct Worker {
  std::size_t index;
  sys::Child child;
  UniqueFd pipe;
  std::string text;
};

Result<Worker> start(std::size_t index, const std::function<std::string(std::size_t)>& work) {
  BERTH_TRY(sys::Pipe pipe, sys::make_pipe());
  const pid_t parent = ::getpid();
  BERTH_TRY(sys::Child child, sys::Child::start(0, std::nullopt, [&] {
              pipe.read.reset();
              if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) return 1;
              return sys::write_all(pipe.write.get(), work(index) + kEnd, "the pipe to the parent") ? 0 : 1;
            }));
  return Worker{index, std::move(child), std::move(pipe.read), ""};
}

// The end of a worker whose pipe has closed.
Result<std::string> finish(Worker& worker) {
  BERTH_TRY(const sys::Ending ending, worker.child.wait());
  if (ending.status == 0 && worker.text.ends_with(kEnd)) {
    worker.text.pop_back();
    return std::move(worker.text);
  }
  return fail(Errc::Internal, fmt::format("the process of this call ended early (wait status {})", ending.status));
}

}  // namespace

std::vector<Result<std::string>> run_apart(std::size_t count, const std::function<std::string(std::size_t)>& work) {
  std::vector<Result<std::string>> results(count, Result<std::string>(std::string()));
  std::vector<Worker> workers;
  std::size_t next = 0;
  std::array<char, 65536> chunk;
  while (next < count || !workers.empty()) {
    while (next < count && workers.size() < kMostApart) {
      auto worker = start(next, work);
      if (worker) {
        workers.push_back(*std::move(worker));
      } else {
        results[next] = std::unexpected(std::move(worker).error().in("start a process for a call"));
      }
      ++next;
    }
    std::vector<pollfd> polled;
    for (const Worker& worker : workers) polled.push_back({worker.pipe.get(), POLLIN, 0});
    if (!sys::call([&] { return ::poll(polled.data(), polled.size(), -1); }, "wait for calls")) continue;
    for (std::size_t i = workers.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const ssize_t got = ::read(workers[i].pipe.get(), chunk.data(), chunk.size());
      if (got > 0) {
        workers[i].text.append(chunk.data(), static_cast<std::size_t>(got));
      } else if (got == 0) {
        results[workers[i].index] = finish(workers[i]);
        workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  return results;
}

}  // namespace berth::app
