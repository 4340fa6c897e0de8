#include "berth/container/child_network.h"

#include <future>

#include "berth/base/ids.h"
#include "berth/container/container.h"
#include "berth/sys/network_namespace.h"

namespace berth::container {

Result<ChildNetwork> ChildNetwork::open(const NetworkSpec& spec, const RuntimeFolder& folder, int owner,
                                        const std::vector<sys::CgroupHierarchy>& hierarchies) {
  BERTH_TRY(const IdPool pool, granted_ids());
  std::string id = make_call_id();
  const auto sweep = [&](const std::string& dead) { sweep_container(hierarchies, dead); };
  BERTH_TRY(Lease lease, Lease::take(folder, pool, id, sweep));
  BERTH_TRY(Network network, Network::open(spec, folder.leases(), true));
  BERTH_TRY(UniqueFd name_space, sys::make_network_namespace_of(owner));
  return ChildNetwork(std::move(id), std::move(lease), std::move(network), std::move(name_space));
}

Result<void> ChildNetwork::wire() {
  const NetworkPlace place = {id_, lease_.slot(), nullptr, Strictness::Guarded, name_space_.get()};
  // The thread that makes it stays in it, and has ended when get() returns.
  BERTH_CHECK_OK(std::async(std::launch::async, [&] { return network_.make(place); }).get());
  // The last of the ids: nobody has it.
  return network_.serve(lease_.ids().first + kIdsPerContainer - 1);
}

NetworkEnd ChildNetwork::end() {
  NetworkEnd end = network_.end();
  // Nothing bears its name but the namespace, which the kernel takes away: there is nothing to sweep.
  std::ignore = lease_.settle();
  return end;
}

}  // namespace berth::container
