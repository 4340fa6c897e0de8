#include "berth/net/network_profile.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::net {
namespace {

bool is_within(const Destination& inner, const Destination& outer) {
  if (inner.ports.first < outer.ports.first || inner.ports.last > outer.ports.last) return false;
  if (const auto* range = std::get_if<AddressRange>(&inner.host)) {
    const auto* around = std::get_if<AddressRange>(&outer.host);
    return around != nullptr && around->contains(range->first) && around->prefix_bits <= range->prefix_bits;
  }
  const auto& pattern = std::get<NamePattern>(inner.host);
  const auto* around = std::get_if<NamePattern>(&outer.host);
  if (around == nullptr) return false;
  if (*around == pattern) return true;
  // All names below a name that itself lies below the other one.
  return around->below && around->matches(pattern.name);
}

}  // namespace

Result<NetworkProfile> parse_network_profile(std::string_view text) {
  if (text == "none") return NetworkProfile{Reach::None, {}};
  if (text == "egress") return NetworkProfile{Reach::Egress, {}};
  if (text == "proxy") return NetworkProfile{Reach::Proxy, {}};
  auto destinations = parse_destinations(text);
  if (destinations) return NetworkProfile{Reach::AllowList, *std::move(destinations)};
  return fail(Errc::InvalidInput,
              fmt::format("{}; a network is none, egress, proxy, or a list such as api.example.com:443,192.0.2.7:8443",
                          destinations.error().message()));
}

std::string to_text(const NetworkProfile& profile) {
  switch (profile.reach) {
    case Reach::None:
      return "none";
    case Reach::Proxy:
      return "proxy";
    case Reach::Egress:
      return "egress";
    case Reach::AllowList:
      break;
  }
  std::vector<std::string> texts;
  for (const Destination& destination : profile.destinations) texts.push_back(to_text(destination));
  return fmt::format("{}", fmt::join(texts, ","));
}

bool is_within(const NetworkProfile& inner, const NetworkProfile& outer) {
  if (inner.reach == Reach::None || outer.reach == Reach::Egress) return true;
  if (inner.reach != outer.reach) return false;
  return std::ranges::all_of(inner.destinations, [&](const Destination& one) {
    return std::ranges::any_of(outer.destinations, [&](const Destination& other) { return is_within(one, other); });
  });
}

DecidedProfile decide_profile(const ProfileWishes& wishes) {
  if (wishes.command_line) return {*wishes.command_line, "--network", true, ""};
  if (wishes.operator_for_item) return {*wishes.operator_for_item, "network.items", true, ""};
  if (!wishes.item) return {wishes.operator_default, "the default", true, ""};
  if (is_within(*wishes.item, wishes.operator_default)) return {*wishes.item, "the item's own", false, ""};
  return {wishes.operator_default, "the default", true,
          fmt::format("the item asks for network '{}', which reaches further than the default '{}'; allow it with "
                      "--network or under network.items",
                      to_text(*wishes.item), to_text(wishes.operator_default))};
}

}  // namespace berth::net
