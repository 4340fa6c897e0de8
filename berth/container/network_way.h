// Which way out of a container this machine has.
#pragma once

#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/network_spec.h"
#include "berth/sys/nft_table.h"

namespace berth::container {

// What decides the way.
struct NetworkFacts {
  bool is_root = false;
  bool forwards_v4 = false;  // net.ipv4.ip_forward
  bool forwards_v6 = false;
  std::vector<sys::nft::ForwardChain> chains;  // of others
  bool has_old_filter = false;                 // iptables rules of the kind that nftables does not show
  std::string pasta;                           // path of the program; empty where there is none
  std::string slirp4netns;
  bool makes_taps = true;  // the interface that a relay program serves: this process may open kTapDevice
};

constexpr const char* kTapDevice = "/dev/net/tun";

struct ChosenWay {
  NetworkWay way = NetworkWay::Veth;
  std::string program;  // of Pasta and Slirp4netns
  bool has_v6 = true;   // Veth: this machine forwards IPv6. slirp4netns hands out IPv6 addresses as a router only
  std::string reason;   // why it is not Veth; empty where it is
};

// Pure. Errors: Unavailable, with what is missing and its remedy; `wanted` other than Auto is taken or refused.
Result<ChosenWay> choose_way(NetworkWay wanted, const NetworkFacts& facts);

// Of the network namespace that the calling thread is in.
Result<NetworkFacts> network_facts(NetworkWay wanted);

}  // namespace berth::container
