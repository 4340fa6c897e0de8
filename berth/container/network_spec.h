// What network a call gets, decided before anything is done.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "berth/net/address_range.h"
#include "berth/net/destination.h"
#include "berth/net/network_profile.h"
#include "berth/net/resolv_conf.h"

namespace berth::container {

// How packets get out of a container.
enum class NetworkWay {
  Auto,         // Veth where this machine forwards packets, else Pasta, else Slirp4netns
  Veth,         // a pair of interfaces, and translation of addresses by this machine
  Pasta,        // a process that makes the connections anew, of the package passt
  Slirp4netns,  // likewise, of the package slirp4netns
};

constexpr std::string_view name_of(NetworkWay way) {
  switch (way) {
    case NetworkWay::Auto:
      return "auto";
    case NetworkWay::Veth:
      return "veth";
    case NetworkWay::Pasta:
      return "pasta";
    case NetworkWay::Slirp4netns:
      return "slirp4netns";
  }
  return "";
}

// Where the containers' own addresses come from: 16 of each for every lease of host ids.
struct Subnets {
  net::AddressRange v4 = {{net::Family::V4, {10, 213, 0, 0}}, 16};
  net::AddressRange v6 = {{net::Family::V6, {0xfd, 0xbe, 0x27, 0x74, 0x68}}, 64};

  friend bool operator==(const Subnets&, const Subnets&) = default;
};

// A service of this machine itself that the operator opens to containers. They are the same for all calls of a
// configuration, because the table on this machine is.
struct MachineService {
  net::Address address;
  net::PortRange ports = {1, 65535};

  friend bool operator==(const MachineService&, const MachineService&) = default;
};

struct NetworkSpec {
  net::NetworkProfile profile;
  bool by_operator = true;                 // the profile: its addresses may lie in private networks
  std::optional<net::Destination> proxy;   // always reachable but with Reach::None
  std::vector<net::AddressRange> allowed;  // private ranges, and single addresses of any kind, that are open
  std::vector<net::Resolver> resolvers;    // who is asked for names; empty: those of this machine
  std::vector<MachineService> machine_services;
  NetworkWay way = NetworkWay::Auto;
  Subnets subnets;

  bool is_none() const { return profile.reach == net::Reach::None; }

  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

}  // namespace berth::container
