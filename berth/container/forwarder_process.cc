#include "berth/container/forwarder_process.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "berth/sys/descriptors.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"
#include "berth/sys/visitor.h"

namespace berth::container {
namespace {

// What passing on needs of the kernel.
constexpr long kCalls[] = {SYS_socket,
                           SYS_connect,
                           SYS_accept4,
                           SYS_fcntl,
                           SYS_read,
                           SYS_write,
                           SYS_close,
                           SYS_lseek,
                           SYS_ppoll,
                           SYS_mmap,
                           SYS_munmap,
                           SYS_mremap,
                           SYS_brk,
                           SYS_madvise,
                           SYS_futex,
                           SYS_exit,
                           SYS_exit_group,
                           SYS_rt_sigreturn,
                           SYS_clock_gettime,
                           SYS_getppid,
                           SYS_recvfrom,
                           SYS_sendto
#ifdef SYS_poll
                           ,
                           SYS_poll
#endif
};

}  // namespace

Result<UniqueFd> listen_on_loopback(std::uint16_t port) {
  const auto doing = [&] { return fmt::format("listen on 127.0.0.1, port {}", port); };
  BERTH_TRY(const int fd, sys::call([] { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); },
                                    "open a socket"));
  UniqueFd listener(fd);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  const auto bind = [&] { return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)); };
  BERTH_CHECK_OK(sys::check(bind, "bind").context(doing));
  BERTH_CHECK_OK(sys::check([&] { return ::listen(fd, 128); }, "listen").context(doing));
  return listener;
}

Result<UniqueFd> listen_in_network(int name_space, std::uint16_t port) {
  struct Taken {
    int fd = -1;
    int error = 0;
  };
  const auto take = [&] {
    if (::setns(name_space, CLONE_NEWNET) != 0) return Taken{-1, errno};
    auto listener = listen_on_loopback(port);
    return listener ? Taken{listener->release(), 0} : Taken{-1, listener.error().os_error()};
  };
  const std::string doing = fmt::format("listen on 127.0.0.1, port {}, of a container", port);
  BERTH_TRY(const Taken taken, sys::told_by_visitor(take, doing));
  if (taken.fd < 0) return std::unexpected(Error::from_errno(taken.error, doing));
  return UniqueFd(taken.fd);
}

Result<void> give_up_rights(const std::vector<int>& kept, int name_space) {
  std::vector<int> with_network = kept;
  with_network.push_back(name_space);
  sys::close_all_but(with_network);
  if (name_space >= 0) {
    BERTH_CHECK_OK(sys::check([&] { return ::setns(name_space, CLONE_NEWNET); }, "enter the container's network"));
  }
  sys::close_all_but(kept);
  BERTH_CHECK_OK(sys::drop_bounding_set());
  BERTH_CHECK_OK(sys::clear_capabilities());
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "become undumpable"));
  return sys::check([] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }, "die with the parent");
}

Result<void> filter_calls() {
  sys::SyscallPolicy policy;
  for (const long number : kCalls) policy.rules.push_back({.number = static_cast<std::uint32_t>(number)});
  return sys::load_filter(sys::compile_filter(policy));
}

}  // namespace berth::container
