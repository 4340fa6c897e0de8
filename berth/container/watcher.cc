#include "berth/container/watcher.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "berth/container/host_table.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr useconds_t kLongestPause = 320'000;  // microseconds

// Gives the share in the table up, and removes it after the last one. Nobody waits for it: it takes its time.
void leave_host_table(const Watched& watched, int tries) {
  ::close(watched.host_table_lock);
  // Processes of the call that are about to end may have copies of the lock: on a busy machine they take their time.
  for (useconds_t pause = 10'000; tries > 0; --tries, pause = std::min(2 * pause, kLongestPause)) {
    const auto removed = remove_unused_host_table(watched.host_table_path);
    if (!removed || *removed || tries == 1) return;
    ::usleep(pause);
  }
}

int watch(const Watched& watched, int alive) {
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-watch", 0, 0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  sys::close_all_but({alive, watched.lock, watched.host_table_lock});
  const bool has_table = watched.host_table_lock >= 0;

  char byte = 0;
  ssize_t got = -1;
  while ((got = ::read(alive, &byte, 1)) < 0 && errno == EINTR) {
  }
  if (got == 1) {
    // Who dismissed us waits for our end alone.
    if (has_table && ::fork() == 0) leave_host_table(watched, 7);  // 0.6 s: whoever else has a share sees to it
    return 0;
  }
  int left = 0;
  for (const auto& cgroup : watched.cgroups) left += sys::remove_cgroup_family(cgroup) ? 0 : 1;
  if (has_table) leave_host_table(watched, 11);
  return left;
}

}  // namespace

Result<Watcher> Watcher::start(const Watched& watched) {
  BERTH_TRY(sys::Pipe pipe, sys::make_pipe());
  const auto body = [&] {
    pipe.write.reset();
    return watch(watched, pipe.read.get());
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
