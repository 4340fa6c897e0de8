// Interfaces, addresses and routes, over rtnetlink. An address is its bytes in network order: 4 or 16.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/sys/netlink.h"

namespace berth::sys {

// Two interfaces with a wire between them. Both ends have the same hardware address and ask nobody for one (NOARP), so
// that what one sends is for the other, and nothing below IP is ever said.
struct VethPair {
  std::string outside;
  std::string inside;
  int inside_namespace = -1;
  std::array<std::uint8_t, 6> hardware_address = {};
};

// Neither end is raised. Both go when either's namespace ends.
netlink::Message make_veth(const VethPair& pair);

// Raises an interface that makes itself no IPv6 address, so that it has those alone that are given to it.
netlink::Message raise_interface(const std::string& name);

// With the other end of a pair. The kernel may hold the caller up for some 20 ms.
netlink::Message remove_interface(const std::string& name);

// Errors: NotFound. Of the namespace of the calling thread, or of that which `socket` belongs to.
Result<int> interface_index(const std::string& name);
Result<int> interface_index(netlink::Socket& socket, const std::string& name);

// Without a route to its neighbours, and without a check that nobody else has it.
netlink::Message add_address(int interface, const std::string& address);

// To all addresses that share the first `bits`, straight through the interface.
netlink::Message add_route(int interface, const std::string& address, unsigned bits);

// All addresses of all interfaces.
Result<std::vector<std::string>> own_addresses(netlink::Socket& socket);

// The route that a packet to `address` would take.
struct RouteMatch {
  unsigned bits = 0;  // of its prefix: 0 for a default route
  int interface = 0;
};
// Nothing when there is none.
Result<std::optional<RouteMatch>> route_to(netlink::Socket& socket, const std::string& address);

}  // namespace berth::sys
