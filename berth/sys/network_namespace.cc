#include "berth/sys/network_namespace.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "berth/sys/child.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

// What one who went to the owner tells of it.
struct Made {
  int descriptor = -1;  // in the table that is ours as well
  int error = 0;        // errno value of what it could not do
  const char* doing = "";
};

Made make_within(int owner) {
  if (::setns(owner, CLONE_NEWUSER) != 0) return {-1, errno, "enter the user namespace"};
  if (::unshare(CLONE_NEWNET) != 0) return {-1, errno, "unshare a network namespace"};
  const int fd = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return {fd, fd < 0 ? errno : 0, "open /proc/self/ns/net"};
}

}  // namespace

Result<UniqueFd> make_network_namespace_of(int owner) {
  BERTH_TRY(Pipe said, make_pipe());
  const auto visit = [&] {
    const Made made = make_within(owner);
    return ::write(said.write.get(), &made, sizeof(made)) == sizeof(made) ? 0 : 1;
  };
  BERTH_TRY(Child visitor, Child::start(CLONE_FILES, std::nullopt, visit));
  BERTH_CHECK_OK(visitor.wait());
  Made made;
  pollfd ready = {said.read.get(), POLLIN, 0};
  const bool told = ::poll(&ready, 1, 0) == 1 && ::read(said.read.get(), &made, sizeof(made)) == sizeof(made);
  if (!told) return fail(Errc::Unavailable, "make a network namespace: the process that did died");
  if (made.error != 0) return std::unexpected(Error::from_errno(made.error, made.doing));
  return UniqueFd(made.descriptor);
}

}  // namespace berth::sys
