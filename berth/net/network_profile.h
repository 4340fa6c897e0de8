// How far a call may reach over the network, and who decided it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/net/destination.h"

namespace berth::net {

enum class Reach {
  None,       // nothing but its own loopback interface
  AllowList,  // the destinations named
  Proxy,      // the operator's proxy
  Egress,     // the public internet
};

struct NetworkProfile {
  Reach reach = Reach::None;
  std::vector<Destination> destinations;  // of an AllowList
  friend bool operator==(const NetworkProfile&, const NetworkProfile&) = default;
};

// "none", "egress", "proxy", or destinations with commas between them (destination.h). Errors: InvalidInput, with what
// is accepted.
Result<NetworkProfile> parse_network_profile(std::string_view text);

std::string to_text(const NetworkProfile& profile);

// Whether `inner` reaches nothing that `outer` does not.
bool is_within(const NetworkProfile& inner, const NetworkProfile& outer);

// Those who have a say, and what they said.
struct ProfileWishes {
  std::optional<NetworkProfile> command_line;
  std::optional<NetworkProfile> operator_for_item;  // network.items
  std::optional<NetworkProfile> item;               // its own YAML
  NetworkProfile operator_default;                  // network.default, for this kind of item
};

struct DecidedProfile {
  NetworkProfile profile;
  std::string reason;       // "--network", "the default for scripts"
  bool by_operator = true;  // named by whoever runs this machine: may lead to private networks
  std::string warning;      // what was asked for and not given; empty for nothing
};

// The command line goes first, then what the operator set for the item. An item may narrow the default, never widen it.
DecidedProfile decide_profile(const ProfileWishes& wishes);

}  // namespace berth::net
