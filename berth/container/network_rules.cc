#include "berth/container/network_rules.h"

#include <fmt/format.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <algorithm>
#include <set>

namespace berth::container {
namespace {

namespace nft = sys::nft;
using Place = nft::Hook::Place;

nft::Family family_of(net::Family family) { return family == net::Family::V4 ? nft::Family::V4 : nft::Family::V6; }

constexpr net::Family kFamilies[] = {net::Family::V4, net::Family::V6};
int number_of(net::Family family) { return family == net::Family::V4 ? 4 : 6; }

std::string bytes_of(const net::Address& address) {
  return std::string(address.bytes.begin(), address.bytes.begin() + address.bits() / 8);
}

nft::Prefix prefix_of(const net::AddressRange& range) {
  return {family_of(range.first.family), bytes_of(range.first), range.prefix_bits};
}

std::string last_of(const net::AddressRange& range) {
  std::string bytes = bytes_of(range.first);
  for (unsigned bit = range.prefix_bits; bit < range.first.bits(); ++bit) {
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) | (0x80u >> (bit % 8)));
  }
  return bytes;
}

// One step up or down; none past the ends.
std::optional<std::string> beside(std::string address, int step) {
  const auto wrapped = static_cast<unsigned char>(step > 0 ? 0x00 : 0xff);
  for (std::size_t at = address.size(); at-- > 0;) {
    const auto byte = static_cast<unsigned char>(static_cast<unsigned char>(address[at]) + step);
    address[at] = static_cast<char>(byte);
    if (byte != wrapped) return address;
  }
  return std::nullopt;
}

net::Address address_of(net::Family family, const std::string& bytes) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return family == net::Family::V4 ? net::Address::v4(first) : net::Address::v6(first);
}

std::vector<net::Destination> destinations_of(const NetworkSpec& spec) {
  std::vector<net::Destination> all = spec.profile.destinations;
  if (spec.proxy) all.push_back(*spec.proxy);
  return all;
}

// What lies open by address: of an operator's list and the proxy before anything is refused, of an item's after.
void open_ranges(nft::Table& table, const std::vector<net::Destination>& destinations) {
  for (const net::Destination& one : destinations) {
    const auto* range = std::get_if<net::AddressRange>(&one.host);
    if (range == nullptr) continue;
    table.rules.push_back(
        {"decide",
         {nft::to_addresses(prefix_of(*range)), nft::to_ports(one.ports.first, one.ports.last), nft::go_to("pass")}});
  }
}

void open_sets(nft::Table& table, const OpenNames& open) {
  for (std::size_t port = 0; port < open.ports.size(); ++port) {
    for (const net::Family family : kFamilies) {
      table.sets.push_back(open_set(family, port));
      table.rules.push_back({"decide",
                             {nft::to_member_of(family_of(family), table.sets.back().name),
                              nft::to_ports(open.ports[port].first, open.ports[port].last), nft::go_to("pass")}});
    }
  }
}

void refuse_ranges(nft::Table& table, const net::AddressRules& rules) {
  for (const net::Family family : kFamilies) {
    nft::Set refused{fmt::format("refused{}", number_of(family)), nft::Set::Kind::Intervals, family_of(family), 0, {}};
    refused.intervals = refused_intervals(rules, family);
    table.rules.push_back({"decide", {nft::to_member_of(family_of(family), refused.name), nft::go_to("refuse")}});
    table.sets.push_back(std::move(refused));
  }
}

// The end of all that may go: within the rates.
void pass(nft::Table& table) {
  table.rules.push_back({"pass",
                         {nft::opens_connection(), nft::protocol_is(IPPROTO_TCP),
                          nft::faster_than(kConnectionsPerSecond, kConnectionBurst), nft::drop()}});
  table.rules.push_back({"pass", {nft::opens_connection(), nft::more_connections_than(kMostConnections), nft::drop()}});
  table.rules.push_back({"pass", {nft::accept()}});
}

// Refused at once, so that the script sees an error and need not wait for one.
void refuse(nft::Table& table) {
  for (const net::Family family : kFamilies) {
    table.sets.push_back(refusal_set(family));
    table.rules.push_back({"refuse", {nft::record_destination(family_of(family), table.sets.back().name)}});
  }
  table.rules.push_back({"refuse", {nft::protocol_is(IPPROTO_TCP), nft::reset_connection()}});
  table.rules.push_back({"refuse", {nft::refuse_as_prohibited()}});
}

}  // namespace

OpenNames open_names_of(const NetworkSpec& spec) {
  OpenNames open;
  const auto add = [&](const net::Destination& one, bool may_be_private) {
    const auto* pattern = std::get_if<net::NamePattern>(&one.host);
    if (pattern == nullptr) return;
    auto port = std::ranges::find(open.ports, one.ports);
    if (port == open.ports.end()) port = open.ports.insert(port, one.ports);
    open.port_of.push_back(static_cast<std::size_t>(port - open.ports.begin()));
    open.names.push_back({*pattern, may_be_private});
  };
  for (const net::Destination& one : spec.profile.destinations) add(one, spec.by_operator);
  if (spec.proxy) add(*spec.proxy, true);
  return open;
}

nft::Set open_set(net::Family family, std::size_t port) {
  constexpr std::uint32_t kMostAddresses = 4'096;
  return {fmt::format("open{}_{}", number_of(family), port),
          nft::Set::Kind::Addresses,
          family_of(family),
          kMostAddresses,
          {}};
}

nft::Set refusal_set(net::Family family) {
  return {
      fmt::format("refusals{}", number_of(family)), nft::Set::Kind::Destinations, family_of(family), kMostRefusals, {}};
}

std::vector<nft::Interval> refused_intervals(const net::AddressRules& rules, net::Family family) {
  // Between two neighbouring edges all addresses fall under the same rule: the first that contains them.
  std::set<std::string> edges;
  for (const net::AddressRule& rule : rules.ordered()) {
    if (rule.range.first.family != family) continue;
    edges.insert(bytes_of(rule.range.first));
    if (auto behind = beside(last_of(rule.range), +1)) edges.insert(*std::move(behind));
  }
  const auto decides = [&](const net::Address& address) {
    const auto& all = rules.ordered();
    const auto first =
        std::ranges::find_if(all, [&](const net::AddressRule& rule) { return rule.range.contains(address); });
    return first != all.end() && !first->allows();
  };
  std::vector<nft::Interval> refused;
  bool goes_on = false;
  for (auto edge = edges.begin(); edge != edges.end(); ++edge) {
    const bool is_refused = decides(address_of(family, *edge));
    const auto next = std::next(edge);
    const std::string last = next == edges.end() ? std::string(edge->size(), '\xff') : *beside(*next, -1);
    if (is_refused && goes_on) {
      refused.back().last = last;
    } else if (is_refused) {
      refused.push_back({*edge, last});
    }
    goes_on = is_refused;
  }
  return refused;
}

nft::Table container_table(const NetworkSpec& spec, const net::AddressRules& rules, Strictness strictness) {
  nft::Table table{kTableName, {}, {}, {}};
  const bool guarded = strictness == Strictness::Guarded;
  table.chains = {{"output", nft::Hook{Place::Output, 0, guarded}},
                  {"input", nft::Hook{Place::Input, 0, guarded}},
                  {"decide", {}},
                  {"pass", {}},
                  {"refuse", {}}};
  if (!guarded) {
    for (const net::Family family : kFamilies) table.sets.push_back(refusal_set(family));
    return table;
  }
  // Nothing comes in that was not asked for.
  table.rules.push_back({"input", {nft::from_interface("lo"), nft::accept()}});
  table.rules.push_back({"input", {nft::answers(), nft::accept()}});
  table.rules.push_back({"output", {nft::to_interface("lo"), nft::accept()}});
  // Over a tap the two ends look for each other's hardware addresses; it is a wire with nobody else at it.
  for (const char* chain : {"input", "output"}) {
    table.rules.push_back({chain, {nft::icmp6_type_is(ND_NEIGHBOR_SOLICIT, "nd-neighbor-solicit"), nft::accept()}});
    table.rules.push_back({chain, {nft::icmp6_type_is(ND_NEIGHBOR_ADVERT, "nd-neighbor-advert"), nft::accept()}});
  }
  table.rules.push_back(
      {"output", {nft::protocol_is(IPPROTO_UDP), nft::faster_than(kDatagramsPerSecond, kDatagramBurst), nft::drop()}});
  table.rules.push_back({"output", {nft::answers(), nft::accept()}});
  table.rules.push_back({"output", {nft::invalid(), nft::drop()}});
  for (const auto protocol : {std::uint8_t{IPPROTO_TCP}, std::uint8_t{IPPROTO_UDP}}) {
    table.rules.push_back({"output", {nft::protocol_is(protocol), nft::go_to("decide")}});
  }
  // Not recorded: what has no ports is the kernel's own talk to its neighbours, as a script has no raw sockets.
  table.rules.push_back({"output", {nft::refuse_as_prohibited()}});

  const OpenNames open = open_names_of(spec);
  const bool is_egress = spec.profile.reach == net::Reach::Egress;
  if (spec.by_operator) open_ranges(table, destinations_of(spec));
  if (!spec.by_operator && spec.proxy) open_ranges(table, {*spec.proxy});
  // Names' addresses have been judged, one by one, by the keeper of these sets.
  if (!is_egress) open_sets(table, open);
  refuse_ranges(table, rules);
  if (!spec.by_operator) open_ranges(table, spec.profile.destinations);
  table.rules.push_back({"decide", {is_egress ? nft::go_to("pass") : nft::go_to("refuse")}});
  pass(table);
  refuse(table);
  return table;
}

nft::Table host_table(const NetworkSpec& spec, Strictness strictness) {
  const Subnets& subnets = spec.subnets;
  const std::string ours = std::string(kInterfacePrefix) + "*";
  nft::Table table{kTableName, {}, {}, {}};
  // Before the chains of others, which may let packets through that are not for containers to send.
  table.chains = {{"input", nft::Hook{Place::Input, -10, false}},
                  {"forward", nft::Hook{Place::Forward, -10, false}},
                  {"postrouting", nft::Hook{Place::Postrouting, 100, false, true}}};
  if (strictness == Strictness::Guarded) {
    for (const MachineService& service : spec.machine_services) {
      const nft::Prefix address = prefix_of(net::AddressRange::single(service.address));
      table.rules.push_back({"input",
                             {nft::from_interface(ours), nft::to_addresses(address), nft::protocol_is(IPPROTO_TCP),
                              nft::to_ports(service.ports.first, service.ports.last), nft::accept()}});
    }
    table.rules.push_back({"input", {nft::from_interface(ours), nft::drop()}});
    table.rules.push_back({"forward", {nft::from_interface(ours), nft::to_interface(ours), nft::drop()}});
    table.rules.push_back({"forward", {nft::to_interface(ours), nft::answers(), nft::accept()}});
    table.rules.push_back({"forward", {nft::to_interface(ours), nft::drop()}});
    for (const net::AddressRange& range : {subnets.v4, subnets.v6}) {
      table.rules.push_back(
          {"forward", {nft::from_interface(ours), nft::from_other_addresses(prefix_of(range)), nft::drop()}});
    }
  }
  for (const net::AddressRange& range : {subnets.v4, subnets.v6}) {
    table.rules.push_back({"postrouting", {nft::from_addresses(prefix_of(range)), nft::masquerade()}});
  }
  return table;
}

}  // namespace berth::container
