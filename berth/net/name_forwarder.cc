#include "berth/net/name_forwarder.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "berth/net/name_server.h"
#include "berth/net/name_syscalls.h"
#include "berth/sys/mount.h"
#include "berth/sys/privileges.h"
#include "berth/sys/syscall.h"

namespace berth::net {
namespace {

constexpr rlim_t kMaxOpenFiles = NameServer::kMaxInFlight + NameConnections::kMaxConnections + 64;
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasShadowMemory = true;
#elif defined(__has_feature)
constexpr bool kHasShadowMemory = __has_feature(address_sanitizer);
#else
constexpr bool kHasShadowMemory = false;
#endif
constexpr rlim_t kMaxDataBytes = 256u << 20;  // some 30 MB is all that hostile answers can make it hold

void leave_the_terminal() {
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-names", 0, 0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
}

// A copy of any other descriptor would keep a pipe open that its reader waits for, and is a way out besides.
Result<void> close_all_but(std::vector<int> kept) {
  kept.insert(kept.end(), {0, 1, 2});
  std::ranges::sort(kept);
  int next = 0;
  for (const int fd : kept) {
    if (fd > next) {
      BERTH_CHECK_OK(sys::check([&] { return ::syscall(SYS_close_range, next, fd - 1, 0); }, "close_range {}", next));
    }
    next = std::max(next, fd + 1);
  }
  return sys::check([&] { return ::syscall(SYS_close_range, next, ~0u, 0); }, "close_range {}", next);
}

Result<void> limit(int resource, rlim_t most) {
  const rlimit both = {most, most};
  return sys::check([&] { return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &both); }, "setrlimit {}",
                    resource);
}

Result<void> limit_resources() {
  BERTH_CHECK_OK(limit(RLIMIT_CORE, 0));
  BERTH_CHECK_OK(limit(RLIMIT_FSIZE, 0));
  BERTH_CHECK_OK(limit(RLIMIT_NOFILE, kMaxOpenFiles));
  return kHasShadowMemory ? Result<void>() : limit(RLIMIT_DATA, kMaxDataBytes);
}

// An empty, read-only file system that is attached nowhere becomes the root: no path leads to anything.
Result<void> leave_the_files() {
  BERTH_TRY(const UniqueFd empty, sys::make_mount("tmpfs", {{"size", "4096"}, {"nr_inodes", "1"}}, MOUNT_ATTR_RDONLY));
  BERTH_CHECK_OK(sys::check([&] { return ::fchdir(empty.get()); }, "enter an empty folder"));
  return sys::check([] { return ::chroot("."); }, "chroot to an empty folder");
}

// Standard input, output and error, for whom there is nobody any more.
Result<void> silence(int null) {
  for (const int fd : {0, 1, 2}) {
    BERTH_CHECK_OK(sys::check([&] { return ::dup2(null, fd); }, "replace descriptor {}", fd));
  }
  return {};
}

Result<void> confine(const NameForwarderJob& job) {
  std::vector<int> kept = job.udp;
  kept.insert(kept.end(), job.tcp.begin(), job.tcp.end());
  kept.push_back(job.control);
  if (job.report >= 0) kept.push_back(job.report);
  BERTH_CHECK_OK(close_all_but(std::move(kept)));
  BERTH_TRY(const int null, sys::call([] { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }, "open /dev/null"));
  UniqueFd owned(null);
  if (job.become) {
    BERTH_CHECK_OK(leave_the_files());
    BERTH_CHECK_OK(sys::drop_bounding_set());
    BERTH_CHECK_OK(sys::become_user(*job.become, *job.become));
  }
  BERTH_CHECK_OK(sys::clear_capabilities());
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "forbid tracing"));
  BERTH_CHECK_OK(limit_resources());
  BERTH_CHECK_OK(silence(owned.get()));
  owned.reset();
  return sys::load_filter(sys::compile_filter(name_forwarder_syscalls()));
}

void write_report(const NameServer& server, int report) {
  if (report >= 0) server.report().write_to(report);
}

}  // namespace

void serve_names(NameForwarderJob job) {
  const int report = job.report;
  NameServer server(std::move(job));
  server.run();
  write_report(server, report);
}

void run_name_forwarder(const NameForwarderJob& job) {
  leave_the_terminal();
  const int report = job.report;
  if (report >= 0) ::fcntl(report, F_SETFL, O_NONBLOCK);
  NameServer server(job);
  if (const auto confined = confine(job); !confined) {
    std::fprintf(stderr, "berth: confine the name forwarder: %s\n", confined.error().message().c_str());
    ::_exit(1);
  }
  // From here on what strangers send is read, and nothing of this machine is within reach but sockets to resolvers.
  server.run();
  write_report(server, report);
  // Not _exit(2): in front of what does not return, sanitizers put system calls of their own.
  for (;;) ::syscall(SYS_exit_group, 0);
}

}  // namespace berth::net
