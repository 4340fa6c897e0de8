#include "berth/container/network_way.h"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <unistd.h>

#include "berth/container/network_rules.h"
#include "berth/sys/file.h"
#include "berth/sys/id_map.h"
#include "berth/sys/tool.h"

namespace berth::container {
namespace {

// Why this machine does not let packets of containers through; empty where it does.
std::string obstacle_to_veth(const NetworkFacts& facts) {
  if (!facts.is_root) return "it needs root";
  if (!facts.forwards_v4) return "this machine forwards no packets (net.ipv4.ip_forward is 0)";
  if (facts.has_old_filter) return "there are iptables rules of the old kind, which cannot be looked into";
  for (const auto& chain : facts.chains) {
    if (chain.drops)
      return fmt::format("chain '{} {} {}' drops forwarded packets", chain.family, chain.table, chain.name);
    if (chain.decides) {
      return fmt::format("chain '{} {} {}' has rules about forwarded packets", chain.family, chain.table, chain.name);
    }
  }
  return "";
}

bool is_on(const char* setting) {
  const auto text = sys::read_file(setting, 64);
  return text && text->starts_with('1');
}

Result<ChosenWay> choose_way_of_machine(NetworkWay wanted, const NetworkFacts& facts) {
  const std::string obstacle = obstacle_to_veth(facts);
  const auto missing = [](const char* program, const char* package) {
    return fail(Errc::Unavailable, fmt::format("network.way is {}, but there is no such program on PATH; install the "
                                               "package '{}'",
                                               program, package));
  };
  switch (wanted) {
    case NetworkWay::Veth:
      // The operator knows better than we do what rules of others let through; without forwarding nothing goes.
      if (!facts.is_root || !facts.forwards_v4) {
        return fail(
            Errc::Unavailable,
            fmt::format("network.way is veth, but {}; set net.ipv4.ip_forward to 1, or network.way to auto", obstacle));
      }
      return ChosenWay{NetworkWay::Veth, "", facts.forwards_v6, ""};
    case NetworkWay::Pasta:
      if (facts.pasta.empty()) return missing("pasta", "passt");
      return ChosenWay{NetworkWay::Pasta, facts.pasta, true, "network.way"};
    case NetworkWay::Slirp4netns:
      if (facts.slirp4netns.empty()) return missing("slirp4netns", "slirp4netns");
      return ChosenWay{NetworkWay::Slirp4netns, facts.slirp4netns, false, "network.way"};
    case NetworkWay::Auto:
      break;
  }
  if (obstacle.empty()) return ChosenWay{NetworkWay::Veth, "", facts.forwards_v6, ""};
  if (!facts.pasta.empty()) return ChosenWay{NetworkWay::Pasta, facts.pasta, true, obstacle};
  if (!facts.slirp4netns.empty()) return ChosenWay{NetworkWay::Slirp4netns, facts.slirp4netns, false, obstacle};
  return fail(Errc::Unavailable,
              fmt::format("there is no way out of a container: veth cannot be used, because {}, and neither pasta nor "
                          "slirp4netns is installed; install the package 'passt', or do without a network (a call with "
                          "'--network none')",
                          obstacle));
}

}  // namespace

Result<ChosenWay> choose_way(NetworkWay wanted, const NetworkFacts& facts) {
  BERTH_TRY(ChosenWay way, choose_way_of_machine(wanted, facts));
  if (way.way == NetworkWay::Veth || facts.makes_taps) return way;
  return fail(Errc::Unavailable,
              fmt::format("{} cannot make the container's interface: this user may not open {}; as root: chmod 0666 {} "
                          "(distributions have it so), or do without a network (a call with '--network none')",
                          way.program, kTapDevice, kTapDevice));
}

Result<NetworkFacts> network_facts(NetworkWay wanted) {
  NetworkFacts facts;
  // In a user's own namespace everybody is root, and nothing of the machine is theirs.
  BERTH_TRY(const bool of_machine, sys::has_machine_ids());
  facts.is_root = ::geteuid() == 0 && of_machine;
  facts.forwards_v4 = is_on("/proc/sys/net/ipv4/ip_forward");
  facts.forwards_v6 = is_on("/proc/sys/net/ipv6/conf/all/forwarding");
  if (wanted == NetworkWay::Auto && facts.is_root && facts.forwards_v4) {
    const auto old = sys::read_file("/proc/net/ip_tables_names", 4096);
    facts.has_old_filter = old && old->find("filter") != std::string::npos;
    BERTH_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
    BERTH_TRY(facts.chains, sys::nft::forward_chains(socket));
    std::erase_if(facts.chains, [](const auto& chain) { return chain.family == "inet" && chain.table == kTableName; });
  }
  facts.makes_taps = ::access(kTapDevice, R_OK | W_OK) == 0;
  facts.pasta = sys::find_program("pasta").value_or("");
  facts.slirp4netns = sys::find_program("slirp4netns").value_or("");
  return facts;
}

}  // namespace berth::container
