// The packet filters of a network: one table in the container's own namespace, which decides what it may reach, and
// one on this machine, which keeps containers from it and from each other and translates their addresses. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "berth/container/network_spec.h"
#include "berth/net/address_rules.h"
#include "berth/net/name_policy.h"
#include "berth/sys/nft_table.h"

namespace berth::container {

// How fast a call may open connections, and how many, so that it neither scans nor fills the tables of this machine.
constexpr std::uint32_t kConnectionsPerSecond = 200;
constexpr std::uint32_t kConnectionBurst = 1'000;
constexpr std::uint32_t kMostConnections = 2'048;
constexpr std::uint32_t kDatagramsPerSecond = 10'000;
constexpr std::uint32_t kDatagramBurst = 20'000;

constexpr std::uint32_t kMostRefusals = 32;  // of each family; what a person reads

// Names of an allow-list with what opens for them: entry i of `names` opens the sets of `ports[port_of[i]]`.
struct OpenNames {
  std::vector<net::AllowedName> names;
  std::vector<std::size_t> port_of;
  std::vector<net::PortRange> ports;  // each once
};
OpenNames open_names_of(const NetworkSpec& spec);

// The set whose addresses may be reached at port range number `port`.
sys::nft::Set open_set(net::Family family, std::size_t port);

// Where refused destinations are recorded.
sys::nft::Set refusal_set(net::Family family);

// What no container of this network may reach, as ranges in order that do not touch.
std::vector<sys::nft::Interval> refused_intervals(const net::AddressRules& rules, net::Family family);

constexpr const char* kTableName = "berth";
constexpr std::string_view kInterfacePrefix = "berth";  // of the outer ends of pairs

enum class Strictness { Guarded, OpenForProbes };  // the latter for the controls of tests: everything passes

// The table in the container's namespace. Both addresses and the subnets of other containers are in `rules` already.
sys::nft::Table container_table(const NetworkSpec& spec, const net::AddressRules& rules, Strictness strictness);

// The table on this machine, for all containers that go out over veth.
sys::nft::Table host_table(const NetworkSpec& spec, Strictness strictness);

}  // namespace berth::container
