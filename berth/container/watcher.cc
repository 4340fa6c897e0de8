#include "berth/container/watcher.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "berth/sys/cgroup.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

int watch(const std::vector<std::filesystem::path>& cgroups, int alive, int lock) {
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-watch", 0, 0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  // Only these two: a copy of any other descriptor would keep a pipe open that its reader waits for.
  const int low = std::min(alive, lock);
  const int high = std::max(alive, lock);
  if (low > 0) ::syscall(SYS_close_range, 0, low - 1, 0);
  if (high > low + 1) ::syscall(SYS_close_range, low + 1, high - 1, 0);
  ::syscall(SYS_close_range, high + 1, ~0u, 0);

  char byte = 0;
  ssize_t got = -1;
  while ((got = ::read(alive, &byte, 1)) < 0 && errno == EINTR) {
  }
  if (got == 1) return 0;
  int left = 0;
  for (const auto& cgroup : cgroups) left += sys::remove_cgroup(cgroup) ? 0 : 1;
  return left;
}

}  // namespace

Result<Watcher> Watcher::start(std::vector<std::filesystem::path> cgroups, int lock) {
  BERTH_TRY(sys::Pipe pipe, sys::make_pipe());
  const auto body = [&] {
    pipe.write.reset();
    return watch(cgroups, pipe.read.get(), lock);
  };
  BERTH_TRY(sys::Child process, sys::Child::start(0, std::nullopt, body).context([] { return "start the watcher"; }));
  return Watcher(std::move(process), std::move(pipe.write));
}

void Watcher::dismiss() {
  if (!alive_) return;
  [[maybe_unused]] const auto told = ::write(alive_.get(), "d", 1);
  alive_.reset();
  std::ignore = process_.wait();
}

}  // namespace berth::container
