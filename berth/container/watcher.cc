#include "berth/container/watcher.h"

#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>

#include "berth/container/engine_stage.h"
#include "berth/container/host_table.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/network_links.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::container {
namespace {

using Clock = std::chrono::steady_clock;

constexpr useconds_t kLongestPause = 320'000;  // microseconds
constexpr auto kInterfaceGrace = std::chrono::milliseconds(50);

// What is said to the watcher: a name that is ended by zeros, none for its dismissal.
using Order = std::array<char, IFNAMSIZ>;

// Interfaces that are to go. As a rule they have gone with their namespaces before it is time.
class Interfaces {
 public:
  void add(const Order& name) { due_.push_back({std::string(name.data()), Clock::now() + kInterfaceGrace}); }

  // How long poll(2) may wait until one is due.
  int milliseconds() const {
    if (due_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.front().at - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  void remove_due() {
    for (; !due_.empty() && due_.front().at <= Clock::now(); due_.pop_front()) remove(due_.front().name);
  }

 private:
  struct Due {
    std::string name;
    Clock::time_point at;
  };
  static void remove(const std::string& name) {
    auto socket = sys::netlink::Socket::open(NETLINK_ROUTE);
    if (!socket || !sys::interface_index(*socket, name)) return;
    const auto message = sys::remove_interface(name);
    std::ignore = socket->request({&message, 1});
  }

  std::deque<Due> due_;
};

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

// An engine may be about to make the container that it was asked for: what is not there yet is looked for again.
void remove_engine_container(const Watched& watched) {
  sys::ToolOptions options;
  options.time_limit = std::chrono::seconds(30);
  options.environment = watched.removal_environment;
  for (const useconds_t pause : {0u, 500'000u, 1'500'000u}) {
    ::usleep(pause);
    const auto removed = sys::run_tool(watched.removal, options);
    if (removed && !removed->out.empty()) break;  // it names what it has removed
  }
  if (watched.engine_stage.empty()) return;
  // Its program may be writing into it to the last.
  for (const useconds_t pause : {0u, 500'000u, 1'500'000u}) {
    ::usleep(pause);
    if (remove_engine_stage(watched.engine_stage)) break;  // else the next start does
  }
}

// Until who started us says that there is nothing to watch any more: true. False when they died.
bool serve(int alive) {
  Interfaces interfaces;
  for (;;) {
    pollfd said = {alive, POLLIN, 0};
    if (::poll(&said, 1, interfaces.milliseconds()) < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    interfaces.remove_due();
    if (said.revents == 0) continue;
    Order order = {};
    const ssize_t got = ::read(alive, order.data(), order.size());
    if (got < 0 && errno == EINTR) continue;
    if (got != static_cast<ssize_t>(order.size())) return false;
    if (order.front() == '\0') return true;
    order.back() = '\0';
    interfaces.add(order);
  }
}

int watch(const Watched& watched, int alive) {
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-watch", 0, 0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  sys::close_all_but({alive, watched.lock, watched.host_table_lock});
  const bool has_table = watched.host_table_lock >= 0;

  if (serve(alive)) {
    // Who dismissed us waits for our end alone.
    if (has_table && ::fork() == 0) leave_host_table(watched, 7);  // 0.6 s: whoever else has a share sees to it
    return 0;
  }
  int left = 0;
  for (const auto& cgroup : watched.cgroups) left += sys::remove_cgroup_family(cgroup) ? 0 : 1;
  if (!watched.removal.empty()) remove_engine_container(watched);
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

void Watcher::remove_interface(std::string_view name) {
  Order order = {};
  name.copy(order.data(), order.size() - 1);
  // One that has died removes nothing: a zygote's end takes all of them away.
  if (alive_) [[maybe_unused]]
    const auto told = ::write(alive_.get(), order.data(), order.size());
}

void Watcher::dismiss() {
  if (!alive_) return;
  const Order order = {};
  [[maybe_unused]] const auto told = ::write(alive_.get(), order.data(), order.size());
  alive_.reset();
  std::ignore = process_.wait();
}

}  // namespace berth::container
