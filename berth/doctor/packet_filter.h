// Networks of containers: nftables, and the way packets will take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

// A table with a chain that sees packets leave, made in a network namespace of its own.
Result<void> try_nftables();
CheckResult judge_nftables(const Result<void>& tried, bool root, bool user_namespaces);

struct ForwardingFacts {
  bool root = true;
  bool nftables = true;               // can be used
  std::optional<std::string> ipv4;    // net.ipv4.ip_forward
  bool has_route = true;              // a default route, by which networks are reached
  std::vector<std::string> dropping;  // chains of others that drop forwarded packets: "ip filter FORWARD"
  std::string pasta;                  // paths; empty where it is not there
  std::string slirp4netns;
  bool tun = true;  // /dev/net/tun, which both need
};
ForwardingFacts forwarding_facts(const Asked& asked);
CheckResult judge_forwarding(const ForwardingFacts& facts);

// The chains with hook forward and policy drop in what `nft -j list chains` prints, but for those of Berth's tables.
// Errors: InvalidInput when it is no such text.
Result<std::vector<std::string>> dropping_chains(std::string_view nft_json);

// Whether the texts of /proc/net/route and /proc/net/ipv6_route hold a default route.
bool has_default_route(std::string_view ipv4, std::string_view ipv6);

}  // namespace berth::doctor
