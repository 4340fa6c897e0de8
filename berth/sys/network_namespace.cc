#include "berth/sys/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "berth/sys/visitor.h"

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
  BERTH_TRY(const Made made, told_by_visitor([&] { return make_within(owner); }, "make a network namespace"));
  if (made.error != 0) return std::unexpected(Error::from_errno(made.error, made.doing));
  return UniqueFd(made.descriptor);
}

}  // namespace berth::sys
