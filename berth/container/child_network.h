// The network of a zygote's child: that of a container, in a namespace that the child can enter.
//
// Who enters a network namespace needs CAP_SYS_ADMIN in the user namespace that it belongs to, so this one belongs to
// the zygote's. Who changes what is in it needs CAP_NET_ADMIN there, which neither the zygote nor anybody else in that
// user namespace has or can get (script_process.cc): the rules, the address and the wire are this machine's alone.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/lease.h"
#include "berth/container/network.h"
#include "berth/container/runtime_folder.h"
#include "berth/sys/cgroup.h"

namespace berth::container {

class ChildNetwork {
 public:
  // Makes the namespace, which leads nowhere yet; `owner` is the zygote's user namespace. `hierarchies` are for the
  // sweep of what a dead container has left. Errors: those of Lease::take(), of Network::open(), and of the kernel.
  static Result<ChildNetwork> open(const NetworkSpec& spec, const RuntimeFolder& folder, int owner,
                                   const std::vector<sys::CgroupHierarchy>& hierarchies);

  // Filters and wires it, and starts what serves it: from here on it leads out. This process must have one thread.
  // Errors: those of Network::make() and Network::serve().
  Result<void> wire();
  // As Network::wait_until_ready().
  Result<void> wait_until_ready(std::chrono::steady_clock::time_point until) {
    return network_.wait_until_ready(until);
  }

  // Whether what it goes by, this machine's addresses and resolvers, is no older than it may be in a call that has run
  // for as long as calls may by default.
  bool is_fresh() const { return std::chrono::steady_clock::now() - opened_ < std::chrono::minutes(5); }

  int name_space() const { return name_space_.get(); }
  // The interface on this machine that leads there, where it goes out over one.
  std::string outside() const { return outside_name(id_); }

  // As Network::end(). At most once.
  NetworkEnd end();

 private:
  ChildNetwork(std::string id, Lease lease, Network network, UniqueFd name_space)
      : id_(std::move(id)),
        lease_(std::move(lease)),
        network_(std::move(network)),
        name_space_(std::move(name_space)) {}

  std::string id_;  // of the network alone: names its interface
  Lease lease_;     // of the addresses, and of the id that its forwarder has
  Network network_;
  UniqueFd name_space_;
  std::chrono::steady_clock::time_point opened_ = std::chrono::steady_clock::now();
};

}  // namespace berth::container
