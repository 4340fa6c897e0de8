#include "berth/container/child_slot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "berth/sys/cgroup_members.h"
#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

// The kernel keeps some pages at hand for a group that nobody uses any more.
constexpr std::uint64_t kMostLeft = 1 << 20;

Result<UniqueFd> open_of(pid_t pid, std::string_view file) {
  const std::string path = fmt::format("/proc/{}/{}", pid, file);
  BERTH_TRY(int fd, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path));
  return UniqueFd(fd);
}

}  // namespace

// "sockets: used N" counts those of every family; "TCP: inuse N orphan N tw N alloc N mem N" has the connections that
// outlive theirs.
bool has_no_sockets(std::string_view sockstat) {
  if (sys::number_in(sockstat, "sockets: used") != 0u) return false;
  const std::size_t tcp = sockstat.find("\nTCP: ");
  if (tcp == std::string_view::npos) return false;
  const std::string_view line = sockstat.substr(tcp + 1, sockstat.find('\n', tcp + 1) - tcp - 1);
  const std::size_t waiting = line.find(" tw ");
  return waiting != std::string_view::npos && sys::number_in(line.substr(waiting + 4)) == 0u;
}

Result<ChildSlot> ChildSlot::make(const std::vector<sys::CgroupHierarchy>& hierarchies, std::string name,
                                  const Limits& limits) {
  BERTH_TRY(sys::Cgroup cgroup, sys::Cgroup::make(hierarchies, name, {limits.memory_bytes, limits.cpus, limits.pids}));
  BERTH_TRY(sys::CgroupMeter meter, sys::CgroupMeter::open(cgroup));
  return ChildSlot(std::move(name), std::move(cgroup), std::move(meter));
}

Result<void> ChildSlot::keep_network(pid_t pid) {
  if (network_) return {};
  BERTH_TRY(sockets_, open_of(pid, "net/sockstat"));
  BERTH_TRY(network_, open_of(pid, "ns/net"));
  return {};
}

bool ChildSlot::renew() {
  // One of its groups for all: a child was seen in each of them, and cannot go from one to another. Opened anew, since
  // version 1 remembers for a descriptor who was there.
  if (cgroup_.folders().empty() || !sys::members_of(cgroup_.folders().front().path).empty()) return false;
  if (meter_.memory_bytes_now().value_or(kMostLeft + 1) > kMostLeft) return false;
  if (network_) {
    std::array<char, 1024> text;
    const ssize_t got = ::pread(sockets_.get(), text.data(), text.size(), 0);
    if (got <= 0 || !has_no_sockets({text.data(), static_cast<std::size_t>(got)})) return false;
  }
  return meter_.restart();
}

}  // namespace berth::container
