// The network namespace of one container: made, filtered, and wired, before anything of the container is in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/host_table.h"
#include "berth/container/network_rules.h"
#include "berth/container/network_spec.h"
#include "berth/container/network_way.h"
#include "berth/container/relay.h"
#include "berth/net/address_rules.h"
#include "berth/sys/netlink.h"

namespace berth::container {

// Which container it is for.
struct NetworkPlace {
  std::string id;
  std::uint32_t slot = 0;
  const HostTableShare* host_table = nullptr;  // taken with NetworkWay::Veth
  Strictness strictness = Strictness::Guarded;
  int name_space = -1;  // one that was made for it and is empty yet (child_network.h); -1: it is made here
};

// Owned by this machine's user namespace, so that nobody in the container can change it, unless it was given. It lives
// as long as a descriptor or a process of it does; its interfaces and rules go with it.
struct NetworkNamespace {
  UniqueFd self;
  // The rest is for other profiles than None.
  std::optional<sys::netlink::Socket> filter;  // to the packet filter in it
  std::optional<sys::netlink::Socket> links;   // to its interfaces
  UniqueFd udp;                                // where names are asked for, kResolver port 53
  UniqueFd tcp;
  ChosenWay way;
  Relay::Addresses addresses;
  net::AddressRules rules;
};

constexpr const char* kInside = "eth0";          // the way out, whichever it is
constexpr const char* kResolver = "127.0.0.53";  // on the container's own loopback interface

// The interface on this machine that leads to the network of place `id`, with NetworkWay::Veth.
std::string outside_name(const std::string& id);

// Works in a thread of its own: the calling process stays in its namespace, and can do something else meanwhile.
Result<NetworkNamespace> make_network_namespace(const NetworkSpec& spec, const NetworkPlace& place);

}  // namespace berth::container
