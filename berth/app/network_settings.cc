#include "berth/app/network_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/net/address_rules.h"

namespace berth::app {
namespace {

bool names(const std::vector<std::string>& list, const content::Item& item) {
  return std::ranges::any_of(list, [&](const std::string& one) { return one == item.id || one == item.name; });
}

void allow_metadata(std::vector<net::AddressRange>& allowed) {
  const net::AddressRules usual;
  for (const net::AddressRule& rule : usual.ordered()) {
    if (rule.kind == net::RangeKind::Metadata) allowed.push_back(rule.range);
  }
}

// The single addresses that are open to containers: of those, some may be this machine's own.
std::vector<container::MachineService> machine_services_of(const NetworkSettings& settings) {
  std::vector<container::MachineService> services;
  if (settings.proxy) {
    const auto* range = std::get_if<net::AddressRange>(&settings.proxy->host);
    if (range != nullptr) services.push_back({range->first, settings.proxy->ports});
  }
  for (const net::AddressRange& range : settings.allow_private) {
    if (range.is_single()) services.push_back({range.first});
  }
  return services;
}

std::string_view kind_of(const content::Item& item) {
  return item.kind == content::ItemKind::Integration ? "integrations" : "scripts";
}

}  // namespace

Result<CallNetwork> network_of(const content::Item& item, const std::optional<net::NetworkProfile>& wanted,
                               const NetworkSettings& settings) {
  net::ProfileWishes wishes;
  wishes.command_line = wanted;
  auto set = settings.items.find(item.id);
  if (set == settings.items.end()) set = settings.items.find(item.name);
  if (set != settings.items.end()) wishes.operator_for_item = set->second;
  if (!item.network.empty()) {
    auto own = net::parse_network_profile(item.network);
    if (!own) return std::unexpected(std::move(own).error().in(fmt::format("'berth.network' of '{}'", item.name)));
    wishes.item = *std::move(own);
  }
  const bool is_integration = item.kind == content::ItemKind::Integration;
  wishes.operator_default = is_integration ? settings.for_integrations : settings.for_scripts;

  net::DecidedProfile decided = net::decide_profile(wishes);
  if (decided.profile.reach == net::Reach::Proxy && !settings.proxy) {
    return fail(Errc::InvalidInput,
                fmt::format("the network of '{}' is 'proxy', and no proxy is set; set network.proxy "
                            "to its host and port",
                            item.name));
  }
  if (decided.reason == "the default") decided.reason = fmt::format("the default of {}", kind_of(item));
  CallNetwork network;
  network.reason = decided.reason;
  network.warning = decided.warning;
  container::NetworkSpec& spec = network.spec;
  spec.profile = std::move(decided.profile);
  spec.by_operator = decided.by_operator;
  spec.proxy = settings.proxy;
  spec.allowed = settings.allow_private;
  spec.machine_services = machine_services_of(settings);
  if (names(settings.metadata, item)) allow_metadata(spec.allowed);
  spec.resolvers = settings.resolvers;
  spec.way = settings.way;
  spec.subnets = settings.subnets;
  return network;
}

Result<container::NetworkWay> parse_network_way(std::string_view text) {
  using container::NetworkWay;
  for (const NetworkWay way : {NetworkWay::Auto, NetworkWay::Veth, NetworkWay::Pasta, NetworkWay::Slirp4netns}) {
    if (text == container::name_of(way)) return way;
  }
  return fail(Errc::InvalidInput, fmt::format("'{}' is none of auto, veth, pasta, slirp4netns", text));
}

Result<net::Resolver> parse_resolver(std::string_view text) {
  BERTH_TRY(const net::Address address, net::parse_address(text));
  return net::Resolver{address, "", 53};
}

Result<net::AddressRange> parse_subnet(std::string_view text) {
  BERTH_TRY(const net::AddressRange range, net::parse_address_range(text));
  constexpr unsigned kFewestBits = 8;
  constexpr unsigned kMostBits = 24;
  if (range.first.family == net::Family::V4 && range.prefix_bits >= kFewestBits && range.prefix_bits <= kMostBits) {
    return range;
  }
  return fail(Errc::InvalidInput,
              fmt::format("'{}' is no range of IPv4 addresses of 8 to 24 bits, such as 10.213.0.0/16", text));
}

Result<net::Destination> parse_proxy(std::string_view text) {
  BERTH_TRY(net::Destination destination, net::parse_destination(text));
  const auto* range = std::get_if<net::AddressRange>(&destination.host);
  const auto* pattern = std::get_if<net::NamePattern>(&destination.host);
  const bool is_one = range != nullptr ? range->is_single() : !pattern->below;
  if (is_one && destination.ports.first == destination.ports.last) return destination;
  return fail(Errc::InvalidInput,
              fmt::format("'{}' is not one host and one port, such as proxy.example.com:3128", text));
}

}  // namespace berth::app
