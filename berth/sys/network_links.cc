#include "berth/sys/network_links.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <algorithm>

#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

using netlink::attribute;
using netlink::bytes_of;
using netlink::Message;
using netlink::nested_attribute;
using netlink::text_attribute;

constexpr std::uint16_t kCreate = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
constexpr std::uint8_t kNoAddress = 1;  // IN6_ADDR_GEN_MODE_NONE

std::uint8_t family_of(const std::string& address) { return address.size() == 4 ? AF_INET : AF_INET6; }

std::string text_of(const std::string& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  ::inet_ntop(family_of(address), address.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

netlink::Message make_veth(const VethPair& pair) {
  const std::string hardware_address(pair.hardware_address.begin(), pair.hardware_address.end());
  ifinfomsg outside = {};
  outside.ifi_flags = IFF_NOARP;
  outside.ifi_change = IFF_NOARP;
  ifinfomsg inside = {};
  inside.ifi_flags = IFF_NOARP;
  inside.ifi_change = IFF_NOARP;
  const std::string peer = bytes_of(inside) + text_attribute(IFLA_IFNAME, pair.inside) +
                           attribute(IFLA_ADDRESS, hardware_address) +
                           attribute(IFLA_NET_NS_FD, bytes_of(pair.inside_namespace));
  const std::string kind =
      text_attribute(IFLA_INFO_KIND, "veth") + nested_attribute(IFLA_INFO_DATA, nested_attribute(VETH_INFO_PEER, peer));
  return {RTM_NEWLINK, kCreate,
          bytes_of(outside) + text_attribute(IFLA_IFNAME, pair.outside) + attribute(IFLA_ADDRESS, hardware_address) +
              nested_attribute(IFLA_LINKINFO, kind),
          fmt::format("make the interfaces {} and {}", pair.outside, pair.inside)};
}

netlink::Message raise_interface(const std::string& name) {
  ifinfomsg header = {};
  header.ifi_flags = IFF_UP;
  header.ifi_change = IFF_UP;
  const std::string no_address = nested_attribute(AF_INET6, attribute(IFLA_INET6_ADDR_GEN_MODE, bytes_of(kNoAddress)));
  return {RTM_NEWLINK, NLM_F_ACK,
          bytes_of(header) + text_attribute(IFLA_IFNAME, name) + nested_attribute(IFLA_AF_SPEC, no_address),
          fmt::format("raise interface {}", name)};
}

netlink::Message remove_interface(const std::string& name) {
  return {RTM_DELLINK, NLM_F_ACK, bytes_of(ifinfomsg{}) + text_attribute(IFLA_IFNAME, name),
          fmt::format("remove interface {}", name)};
}

Result<int> interface_index(const std::string& name) {
  const auto look_up = [&] {
    const unsigned index = ::if_nametoindex(name.c_str());
    return index == 0 ? -1 : static_cast<int>(index);
  };
  return call(look_up, "look for interface {}", name);
}

Result<int> interface_index(netlink::Socket& socket, const std::string& name) {
  const Message question = {RTM_GETLINK, 0, bytes_of(ifinfomsg{}) + text_attribute(IFLA_IFNAME, name),
                            fmt::format("look for interface {}", name)};
  BERTH_TRY(const auto answers, socket.ask(question));
  ifinfomsg found = {};
  if (!answers.empty() && answers[0].body.size() >= sizeof(found)) {
    std::memcpy(&found, answers[0].body.data(), sizeof(found));
  }
  if (found.ifi_index > 0) return found.ifi_index;
  return fail(Errc::NotFound, question.doing + ": the kernel did not say its number");
}

netlink::Message add_address(int interface, const std::string& address) {
  ifaddrmsg header = {};
  header.ifa_family = family_of(address);
  header.ifa_prefixlen = static_cast<std::uint8_t>(8 * address.size());
  header.ifa_flags = address.size() == 16 ? IFA_F_NODAD : 0;
  header.ifa_index = static_cast<std::uint32_t>(interface);
  return {RTM_NEWADDR, kCreate, bytes_of(header) + attribute(IFA_LOCAL, address) + attribute(IFA_ADDRESS, address),
          fmt::format("add address {}", text_of(address))};
}

netlink::Message add_route(int interface, const std::string& address, unsigned bits) {
  rtmsg header = {};
  header.rtm_family = family_of(address);
  header.rtm_dst_len = static_cast<std::uint8_t>(bits);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_STATIC;
  header.rtm_scope = RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  std::string attributes = attribute(RTA_OIF, bytes_of(interface));
  if (bits > 0) attributes += attribute(RTA_DST, address);
  return {RTM_NEWROUTE, kCreate, bytes_of(header) + attributes,
          fmt::format("add the route to {}/{}", text_of(address), bits)};
}

Result<std::vector<std::string>> own_addresses(netlink::Socket& socket) {
  const Message dump = {RTM_GETADDR, NLM_F_DUMP, bytes_of(ifaddrmsg{}), "list this machine's addresses"};
  BERTH_TRY(const auto answers, socket.ask(dump));
  std::vector<std::string> addresses;
  for (const auto& answer : answers) {
    if (answer.type != RTM_NEWADDR || answer.body.size() < sizeof(ifaddrmsg)) continue;
    std::string address;
    for (const auto& one : netlink::attributes_in(std::string_view(answer.body).substr(sizeof(ifaddrmsg)))) {
      // The far end's stands in IFA_ADDRESS where there are two.
      if (one.type == IFA_LOCAL || (one.type == IFA_ADDRESS && address.empty())) address = one.bytes;
    }
    if (address.size() == 4 || address.size() == 16) addresses.push_back(std::move(address));
  }
  std::ranges::sort(addresses);
  const auto same = std::ranges::unique(addresses);
  addresses.erase(same.begin(), same.end());
  return addresses;
}

Result<std::optional<RouteMatch>> route_to(netlink::Socket& socket, const std::string& address) {
  rtmsg header = {};
  header.rtm_family = family_of(address);
  header.rtm_dst_len = static_cast<std::uint8_t>(8 * address.size());
  header.rtm_flags = RTM_F_FIB_MATCH;
  auto answers = socket.ask({RTM_GETROUTE, 0, bytes_of(header) + attribute(RTA_DST, address),
                             fmt::format("look up the route to {}", text_of(address))});
  if (!answers) {
    const int error = answers.error().os_error();
    if (error == ENETUNREACH || error == EHOSTUNREACH) return std::nullopt;
    return std::unexpected(std::move(answers).error());
  }
  for (const auto& answer : *answers) {
    if (answer.type != RTM_NEWROUTE || answer.body.size() < sizeof(rtmsg)) continue;
    rtmsg found;
    std::memcpy(&found, answer.body.data(), sizeof(found));
    RouteMatch match{found.rtm_dst_len, 0};
    for (const auto& one : netlink::attributes_in(std::string_view(answer.body).substr(sizeof(rtmsg)))) {
      if (one.type == RTA_OIF && one.bytes.size() >= sizeof(int)) {
        std::memcpy(&match.interface, one.bytes.data(), sizeof(int));
      }
    }
    return match;
  }
  return std::nullopt;
}

}  // namespace berth::sys
