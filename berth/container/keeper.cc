#include "berth/container/keeper.h"

#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "berth/net/name_forwarder.h"
#include "berth/net/opening.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

using Clock = std::chrono::steady_clock;

// An address outlives the script's knowledge of it by this much: a connection made at the last moment still passes.
constexpr std::chrono::seconds kGrace{30};

class Keeper {
 public:
  explicit Keeper(const KeeperJob& job) : job_(job) {}

  // Until the forwarder is gone, or has sent something that it never sends.
  int serve() {
    for (;;) {
      pollfd polled = {job_.control, POLLIN, 0};
      if (::poll(&polled, 1, -1) < 0 && errno != EINTR) return 1;
      const auto opening = net::receive_opening(job_.control);
      if (!opening) return opening.error().code() == Errc::NotFound ? 0 : 1;
      if (!*opening) continue;
      const bool is_open = open(**opening);
      if (!net::answer_opening(job_.control, (*opening)->sequence, is_open)) return 0;
    }
  }

 private:
  bool open(const net::Opening& opening) {
    bool all = true;
    for (std::size_t entry = 0; entry < job_.names.names.size(); ++entry) {
      if (!opening.entries.test(entry)) continue;
      for (const net::Address& address : opening.addresses) all = open(address, entry, opening.ttl) && all;
    }
    return all;
  }

  bool open(const net::Address& address, std::size_t entry, std::chrono::seconds ttl) {
    const net::AddressRule* refusal = job_.rules.refusal_of(address);
    const bool may_be_private = job_.names.names[entry].may_be_private;
    if (refusal != nullptr && (refusal->kind != net::RangeKind::Private || !may_be_private)) return false;
    const std::size_t port = job_.names.port_of[entry];
    const auto now = Clock::now();
    std::erase_if(known_, [&](const auto& one) { return one.second < now; });
    const auto time = std::clamp(ttl, net::kMinTtl, net::kMaxTtl) + kGrace;
    Clock::time_point& until = known_[{port, address}];
    const bool may_be_there = until != Clock::time_point();
    if (until >= now + time) return true;
    // The kernel's own clock may be a little behind: the element may be there when ours says that it has gone.
    until = now + time + std::chrono::seconds(2);
    const std::string bytes(address.bytes.begin(), address.bytes.begin() + address.bits() / 8);
    const sys::nft::AddressTime for_time{static_cast<std::uint64_t>(time.count()), may_be_there};
    return sys::nft::add_address(job_.filter, kTableName, open_set(address.family, port), bytes, for_time).has_value();
  }

  const KeeperJob& job_;
  std::map<std::pair<std::size_t, net::Address>, Clock::time_point> known_;
};

// What it needs of the kernel from here on: its two sockets, memory, the time, and an end.
constexpr long kCalls[] = {SYS_recvfrom,
                           SYS_recvmsg,
                           SYS_sendto,
                           SYS_sendmsg,
                           SYS_read,
                           SYS_write,
                           SYS_ppoll,
                           SYS_mmap,
                           SYS_munmap,
                           SYS_mremap,
                           SYS_brk,
                           SYS_madvise,
                           SYS_futex,
                           SYS_close,
                           SYS_rt_sigreturn,
                           SYS_exit,
                           SYS_exit_group,
                           SYS_clock_gettime,
                           SYS_getrandom,
                           SYS_getppid
#ifdef SYS_poll
                           ,
                           SYS_poll
#endif
};

Result<void> confine(const KeeperJob& job) {
  sys::close_all_but({job.control, job.filter.fd()});
  BERTH_CHECK_OK(sys::drop_bounding_set());
  BERTH_CHECK_OK(sys::keep_capability(CAP_NET_ADMIN));
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "become undumpable"));
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }, "die with the parent"));
  sys::SyscallPolicy policy;
  for (const long number : kCalls) policy.rules.push_back({.number = static_cast<std::uint32_t>(number)});
  return sys::load_filter(sys::compile_filter(policy));
}

int keep(const KeeperJob& job, pid_t parent) {
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-keeper", 0, 0, 0);
  if (!confine(job)) return 1;
  if (::getppid() != parent) return 0;  // it died before we would have been told
  return Keeper(job).serve();
}

}  // namespace

Result<sys::Child> start_keeper(const KeeperJob& job) {
  return sys::Child::start(0, std::nullopt, [&, parent = ::getpid()] { return keep(job, parent); }).context([] {
    return "start the keeper";
  });
}

}  // namespace berth::container
