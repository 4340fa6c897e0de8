#include "berth/container/network_namespace.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "berth/base/lower_case.h"
#include "berth/sys/file.h"
#include "berth/sys/network_links.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

using sys::netlink::Socket;

constexpr std::uint32_t kAddressesPerSlot = 16;  // an ended call's may be in use for a moment

std::string bytes_of(const net::Address& address) {
  return std::string(address.bytes.begin(), address.bytes.begin() + address.bits() / 8);
}

net::Address nth_address(const net::AddressRange& range, std::uint32_t number) {
  net::Address address = range.first;
  std::size_t at = address.bits() / 8;
  for (std::uint32_t carry = number; carry > 0 && at-- > 0; carry >>= 8) {
    carry += address.bytes[at];
    address.bytes[at] = static_cast<std::uint8_t>(carry & 0xff);
  }
  return address;
}

Relay::Addresses addresses_of(const Subnets& subnets, std::uint32_t pair) {
  return {nth_address(subnets.v4, 2 * pair + 1), nth_address(subnets.v4, 2 * pair),
          nth_address(subnets.v6, 2 * pair + 1), nth_address(subnets.v6, 2 * pair)};
}

// Addresses of the slot that no container has yet. A route to them that is not the default one is a network of others,
// or an interface of an ended call that the kernel has not taken away yet.
Result<Relay::Addresses> free_addresses(Socket& routes, const NetworkSpec& spec, std::uint32_t slot) {
  const unsigned host_bits = 32 - spec.subnets.v4.prefix_bits;
  const std::uint64_t slots = (1ull << host_bits) / 2 / kAddressesPerSlot;
  if (slot >= slots) {
    return fail(Errc::Exhausted, fmt::format("network.subnet {} has addresses for {} containers at once, and this is "
                                             "one more; name a larger one",
                                             net::to_text(spec.subnets.v4), slots));
  }
  for (std::uint32_t at = 0; at < kAddressesPerSlot; ++at) {
    const Relay::Addresses addresses = addresses_of(spec.subnets, slot * kAddressesPerSlot + at);
    BERTH_TRY(const auto match, sys::route_to(routes, bytes_of(addresses.v4)));
    if (!match || match->bits == 0) return addresses;
    if (match->bits < 32) {
      return fail(Errc::Unavailable,
                  fmt::format("network.subnet {} overlaps a network of this machine (a route of {} "
                              "bits leads to {}); name another private range of 16 bits",
                              net::to_text(spec.subnets.v4), match->bits, net::to_text(addresses.v4)));
    }
  }
  return fail(Errc::Exhausted, "all addresses of this container's place are in use; try again");
}

// A list may name an address of this machine; over veth only what the configuration opens can be reached there.
Result<void> refuse_unreachable(const NetworkSpec& spec, const net::AddressRules& rules) {
  for (const net::Destination& one : spec.profile.destinations) {
    const auto* range = std::get_if<net::AddressRange>(&one.host);
    if (range == nullptr || !range->is_single()) continue;
    const net::AddressRule* refusal = rules.refusal_of(range->first);
    if (refusal == nullptr || refusal->kind != net::RangeKind::Own) continue;
    return fail(Errc::InvalidInput,
                fmt::format("{} is an address of this machine itself, which a container reaches over veth only where "
                            "network.allow_private names it; name it there, or set network.way to pasta",
                            net::to_text(*range)));
  }
  return {};
}

Result<net::AddressRules> rules_for(Socket& routes, const NetworkSpec& spec) {
  BERTH_TRY(const auto own, sys::own_addresses(routes));
  std::vector<net::Address> addresses;
  for (const std::string& bytes : own) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    addresses.push_back(bytes.size() == 4 ? net::Address::v4(first) : net::Address::v6(first));
  }
  std::vector<net::AddressRange> allowed = spec.allowed;
  return net::AddressRules(allowed, addresses);
}

// A pair of interfaces, and routes for both directions. This machine's end needs no address of its own.
Result<void> wire_with_veth(Socket& outside, Socket& inside, const NetworkNamespace& made, const std::string& id) {
  const std::string v4 = bytes_of(made.addresses.v4);
  const std::string v6 = bytes_of(made.addresses.v6);
  sys::VethPair pair{outside_name(id), kInside, made.self.get(), {0x02, 0xbe}};
  std::ranges::copy(v4, pair.hardware_address.begin() + 2);
  const std::vector make = {sys::make_veth(pair), sys::raise_interface(pair.outside)};
  BERTH_CHECK_OK(outside.request(make));
  // The thread is in the container's namespace, so that is where a name is looked for.
  BERTH_TRY(const int eth0, sys::interface_index(kInside));
  std::vector within = {sys::raise_interface(kInside), sys::add_address(eth0, v4),
                        sys::add_route(eth0, std::string(4, '\0'), 0)};
  if (made.way.has_v6) {
    within.push_back(sys::add_address(eth0, v6));
    within.push_back(sys::add_route(eth0, std::string(16, '\0'), 0));
  }
  BERTH_CHECK_OK(inside.request(within));
  BERTH_TRY(const int index, sys::interface_index(outside, pair.outside));
  std::vector back = {sys::add_route(index, v4, 32)};
  if (made.way.has_v6) back.push_back(sys::add_route(index, v6, 128));
  return outside.request(back);
}

Result<UniqueFd> listen_for_names(int type) {
  const auto doing = [] { return fmt::format("listen on {}, port 53", kResolver); };
  BERTH_TRY(int fd, sys::call([&] { return ::socket(AF_INET, type | SOCK_CLOEXEC, 0); }, "open a socket"));
  UniqueFd owner(fd);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = ::htons(53);
  at.sin_addr.s_addr = ::inet_addr(kResolver);
  const auto bind = [&] { return ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)); };
  BERTH_CHECK_OK(sys::check(bind, "bind").context(doing));
  if (type == SOCK_STREAM) BERTH_CHECK_OK(sys::check([&] { return ::listen(fd, 16); }, "listen").context(doing));
  return owner;
}

// The interfaces to come make themselves no addresses, and believe no router's word.
void distrust_routers() {
  for (const char* setting : {"addr_gen_mode", "accept_ra"}) {
    const std::string path = std::string("/proc/sys/net/ipv6/conf/default/") + setting;
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    const char value = setting[1] == 'd' ? '1' : '0';
    // Without IPv6 there is no such setting, and nothing to set.
    [[maybe_unused]] const auto set = file ? ::write(file.get(), &value, 1) : 0;
  }
}

// Nobody else lives there, so a script may listen on whatever port its instance declares, 443 among them.
void open_low_ports() {
  const UniqueFd file(::open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC));
  // Where it cannot be set, the script is told so when it listens there.
  [[maybe_unused]] const auto set = file ? ::write(file.get(), "0", 1) : 0;
}

Result<UniqueFd> enter_new_namespace() {
  BERTH_CHECK_OK(sys::check([] { return ::unshare(CLONE_NEWNET); }, "unshare a network namespace"));
  BERTH_TRY(int fd, sys::call([] { return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); },
                              "open /proc/thread-self/ns/net"));
  return UniqueFd(fd);
}

Result<UniqueFd> enter_namespace(int given) {
  BERTH_CHECK_OK(sys::check([&] { return ::setns(given, CLONE_NEWNET); }, "enter a network namespace"));
  BERTH_TRY(int fd, sys::call([&] { return ::fcntl(given, F_DUPFD_CLOEXEC, 0); }, "copy a descriptor"));
  return UniqueFd(fd);
}

}  // namespace

std::string outside_name(const std::string& id) {
  std::string name(kInterfacePrefix);
  for (const char c : id.substr(id.size() - std::min<std::size_t>(id.size(), 10))) {
    name += lower_letter(c);
  }
  return name;
}

Result<NetworkNamespace> make_network_namespace(const NetworkSpec& spec, const NetworkPlace& place) {
  NetworkNamespace made;
  BERTH_TRY(Socket outside, Socket::open(NETLINK_ROUTE));
  if (!spec.is_none()) {
    BERTH_TRY(const NetworkFacts facts, network_facts(spec.way));
    BERTH_TRY(made.way, choose_way(spec.way, facts));
    BERTH_TRY(made.rules, rules_for(outside, spec));
    BERTH_TRY(made.addresses, free_addresses(outside, spec, place.slot));
    if (made.way.way == NetworkWay::Veth) {
      BERTH_CHECK_OK(refuse_unreachable(spec, made.rules));
      BERTH_CHECK_OK(place.host_table->take(host_table(spec, place.strictness)));
    }
  }
  BERTH_TRY(made.self, place.name_space < 0 ? enter_new_namespace() : enter_namespace(place.name_space));
  BERTH_TRY(Socket inside, Socket::open(NETLINK_ROUTE));
  const sys::netlink::Message loopback = sys::raise_interface("lo");
  BERTH_CHECK_OK(inside.request({&loopback, 1}));
  if (spec.is_none()) return made;
  // The rules stand before there is a way out.
  BERTH_TRY(made.filter, Socket::open(NETLINK_NETFILTER));
  BERTH_CHECK_OK(sys::nft::put_table(*made.filter, container_table(spec, made.rules, place.strictness)));
  distrust_routers();
  open_low_ports();
  if (made.way.way == NetworkWay::Veth) BERTH_CHECK_OK(wire_with_veth(outside, inside, made, place.id));
  made.links = std::move(inside);
  BERTH_TRY(made.udp, listen_for_names(SOCK_DGRAM));
  BERTH_TRY(made.tcp, listen_for_names(SOCK_STREAM));
  return made;
}

}  // namespace berth::container
