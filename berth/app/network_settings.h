// What the operator has set about networks (`network` in berth.yaml), and what a call gets out of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/network_spec.h"
#include "berth/content/item.h"
#include "berth/net/network_profile.h"

namespace berth::app {

struct NetworkSettings {
  net::NetworkProfile for_scripts = {net::Reach::None, {}};
  net::NetworkProfile for_integrations = {net::Reach::Egress, {}};
  std::map<std::string, net::NetworkProfile, std::less<>> items;  // by id or name
  std::vector<net::AddressRange> allow_private;
  std::vector<std::string> metadata;  // items that may ask for cloud metadata, by id or name
  std::optional<net::Destination> proxy;
  std::vector<net::Resolver> resolvers;  // empty: those of this machine
  container::NetworkWay way = container::NetworkWay::Auto;
  container::Subnets subnets;
};

// The network of a call, and what is to be said about it.
struct CallNetwork {
  container::NetworkSpec spec;
  std::string reason;
  std::string warning;
};

// Errors: InvalidInput, where the item's own wish cannot be read, or a proxy is wanted and none is set.
Result<CallNetwork> network_of(const content::Item& item, const std::optional<net::NetworkProfile>& wanted,
                               const NetworkSettings& settings);

Result<container::NetworkWay> parse_network_way(std::string_view text);
Result<net::Resolver> parse_resolver(std::string_view text);    // an address
Result<net::AddressRange> parse_subnet(std::string_view text);  // of IPv4, 12 to 24 bits
// "proxy.example.com:3128", "10.0.0.8:3128": one host and one port.
Result<net::Destination> parse_proxy(std::string_view text);

}  // namespace berth::app
