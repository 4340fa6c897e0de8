#include "berth/app/network_settings.h"

#include <gtest/gtest.h>

#include "berth/net/address_rules.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

content::Item script(std::string network = "") {
  content::Item item;
  item.id = "an-id";
  item.name = "A name";
  item.network = std::move(network);
  return item;
}

std::string profile_of(const Result<CallNetwork>& network) {
  EXPECT_TRUE(testing::ok(network));
  return network ? net::to_text(network->spec.profile) : "";
}

TEST(NetworkOf, IsTheDefaultOfTheKind) {
  content::Item item = script();
  EXPECT_EQ(profile_of(network_of(item, {}, {})), "none");
  EXPECT_EQ(network_of(item, {}, {})->reason, "the default of scripts");
  item.kind = content::ItemKind::Integration;
  EXPECT_EQ(profile_of(network_of(item, {}, {})), "egress");
  EXPECT_EQ(network_of(item, {}, {})->reason, "the default of integrations");
}

TEST(NetworkOf, FollowsTheOperatorByIdAndByName) {
  for (const char* key : {"an-id", "A name"}) {
    NetworkSettings settings;
    settings.items[key] = {net::Reach::Egress, {}};
    const auto network = network_of(script("none"), {}, settings);
    EXPECT_EQ(profile_of(network), "egress") << key;
    EXPECT_EQ(network->reason, "network.items") << key;
  }
}

TEST(NetworkOf, RefusesAWishThatCannotBeRead) {
  const auto network = network_of(script("everything"), {}, {});
  EXPECT_TRUE(testing::fails_with(network, Errc::InvalidInput, "'berth.network' of 'A name'"));
}

TEST(NetworkOf, NeedsTheProxyThatItReaches) {
  NetworkSettings settings;
  const net::NetworkProfile proxy = {net::Reach::Proxy, {}};
  EXPECT_TRUE(testing::fails_with(network_of(script(), proxy, settings), Errc::InvalidInput, "set network.proxy"));
  settings.proxy = parse_proxy("10.0.0.8:3128").value();
  const auto network = network_of(script(), proxy, settings);
  EXPECT_EQ(profile_of(network), "proxy");
  // The proxy may be this machine itself.
  ASSERT_EQ(network->spec.machine_services.size(), 1u);
  EXPECT_EQ(net::to_text(network->spec.machine_services[0].address), "10.0.0.8");
  EXPECT_EQ(network->spec.machine_services[0].ports, (net::PortRange{3128, 3128}));
}

TEST(NetworkOf, OpensMetadataToTheItemsNamed) {
  NetworkSettings settings;
  settings.metadata = {"an-id"};
  const auto metadata = net::parse_address("169.254.169.254").value();
  const auto is_open = [&](const content::Item& item) {
    const auto network = network_of(item, {}, settings);
    return net::AddressRules(network->spec.allowed).refusal_of(metadata) == nullptr;
  };
  EXPECT_TRUE(is_open(script()));
  content::Item other = script();
  other.id = "another";
  EXPECT_FALSE(is_open(other));
}

}  // namespace
}  // namespace berth::app
