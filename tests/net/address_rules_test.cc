#include "berth/net/address_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

AddressRules rules_with(const std::vector<std::string>& allowed, const std::vector<std::string>& own = {}) {
  std::vector<AddressRange> ranges;
  for (const std::string& text : allowed) ranges.push_back(*parse_address_range(text));
  std::vector<Address> addresses;
  for (const std::string& text : own) addresses.push_back(*parse_address(text));
  return AddressRules(ranges, addresses);
}

std::string refusal(const AddressRules& rules, std::string_view address) {
  const AddressRule* rule = rules.refusal_of(*parse_address(address));
  return rule == nullptr ? "" : std::string(rule->what);
}

struct DefaultRow {
  const char* address;
  const char* what;
};

constexpr DefaultRow kDefaults[] = {
    {"0.0.0.0", "unspecified"},
    {"0.1.2.3", "unspecified"},
    {"9.255.255.255", ""},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", ""},
    {"100.63.255.255", ""},
    {"100.64.0.0", "private (carrier-grade NAT)"},
    {"100.100.100.200", "cloud metadata"},
    {"100.127.255.255", "private (carrier-grade NAT)"},
    {"100.128.0.0", ""},
    {"127.0.0.1", "loopback"},
    {"127.255.255.255", "loopback"},
    {"168.63.129.16", "cloud metadata"},
    {"169.254.0.1", "link-local"},
    {"169.254.169.254", "cloud metadata"},
    {"172.15.255.255", ""},
    {"172.16.0.1", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", ""},
    {"192.0.0.192", "cloud metadata"},
    {"192.0.0.8", "reserved"},
    {"192.0.2.1", "for documentation"},
    {"192.88.99.1", "a 6to4 relay"},
    {"192.168.1.1", "private"},
    {"198.19.255.255", "for benchmarks"},
    {"203.0.113.9", "for documentation"},
    {"224.0.0.1", "multicast"},
    {"239.255.255.250", "multicast"},
    {"240.0.0.1", "reserved"},
    {"255.255.255.255", "broadcast"},
    {"8.8.8.8", ""},
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::ffff:8.8.8.8", "IPv4 inside IPv6"},
    {"::ffff:10.0.0.1", "IPv4 inside IPv6"},
    {"::127.0.0.1", "reserved"},
    {"64:ff9b::a00:1", "IPv4 translated (NAT64)"},
    {"64:ff9b::808:808", "IPv4 translated (NAT64)"},
    {"64:ff9b:1::a00:1", "IPv4 translated (NAT64)"},
    {"100::1", "reserved"},
    {"2001::1", "IPv4 embedded (Teredo)"},
    {"2001:1::1", "reserved"},
    {"2001:200::1", ""},
    {"2001:db8::1", "for documentation"},
    {"2002:a00:1::1", "IPv4 embedded (6to4)"},
    {"2606:4700::1111", ""},
    {"3fff::1", "for documentation"},
    {"4000::1", "reserved"},
    {"5f00::1", "reserved"},
    {"9000::1", "reserved"},
    {"fc00::1", "private"},
    {"fd00::1", "private"},
    {"fd00:ec2::254", "cloud metadata"},
    {"fe80::1", "link-local"},
    {"fec0::1", "site-local"},
    {"ff02::1", "multicast"},
};

TEST(AddressRules, RefuseAllButThePublicInternet) {
  const AddressRules rules;
  for (const DefaultRow& row : kDefaults) EXPECT_EQ(refusal(rules, row.address), row.what) << row.address;
}

TEST(AddressRules, AWideRangeOpensNeitherOwnAddressesNorMetadata) {
  const AddressRules rules =
      rules_with({"10.0.0.0/8", "169.254.0.0/16", "fd00::/8"}, {"10.0.0.5", "fd00::5", "9.9.9.9"});
  EXPECT_EQ(refusal(rules, "10.0.0.4"), "");
  EXPECT_EQ(refusal(rules, "10.0.0.5"), "an address of this machine");
  EXPECT_EQ(refusal(rules, "9.9.9.9"), "an address of this machine");
  EXPECT_EQ(refusal(rules, "fd00::4"), "");
  EXPECT_EQ(refusal(rules, "fd00::5"), "an address of this machine");
  EXPECT_EQ(refusal(rules, "169.254.1.1"), "");
  EXPECT_EQ(refusal(rules, "169.254.169.254"), "cloud metadata");
  EXPECT_EQ(refusal(rules, "fd00:ec2::254"), "cloud metadata");
  EXPECT_EQ(refusal(rules, "192.168.0.1"), "private");
}

TEST(AddressRules, ASingleAddressIsOpenedWhateverItIs) {
  const AddressRules rules = rules_with({"10.0.0.5", "169.254.169.254"}, {"10.0.0.5"});
  EXPECT_EQ(refusal(rules, "10.0.0.5"), "");
  EXPECT_EQ(refusal(rules, "169.254.169.254"), "");
  EXPECT_EQ(refusal(rules, "10.0.0.6"), "private");
  EXPECT_EQ(refusal(rules, "169.254.169.253"), "cloud metadata");
}

TEST(AddressRules, TranslationIsNoWayRoundTheRulesForIpv4) {
  const AddressRules rules = rules_with({"64:ff9b::/96", "10.1.0.0/16"}, {"10.1.0.5", "9.9.9.9"});
  EXPECT_EQ(refusal(rules, "64:ff9b::808:808"), "");
  EXPECT_EQ(refusal(rules, "64:ff9b::a01:1"), "");
  EXPECT_EQ(refusal(rules, "64:ff9b::a01:5"), "an address of this machine");
  EXPECT_EQ(refusal(rules, "64:ff9b::909:909"), "an address of this machine");
  EXPECT_EQ(refusal(rules, "64:ff9b::a02:1"), "private");
  EXPECT_EQ(refusal(rules, "64:ff9b::7f00:1"), "loopback");
  EXPECT_EQ(refusal(rules, "64:ff9b::a9fe:a9fe"), "cloud metadata");
}

// A packet filter is built from the list: what it says in order must be what is judged.
TEST(AddressRules, TheListInOrderSaysTheSame) {
  const AddressRules rules = rules_with({"10.0.0.0/8", "64:ff9b::/96", "192.168.1.1"}, {"10.0.0.5"});
  for (const DefaultRow& row : kDefaults) {
    const Address address = *parse_address(row.address);
    const AddressRule* first = nullptr;
    for (const AddressRule& rule : rules.ordered()) {
      if (first == nullptr && rule.range.contains(address)) first = &rule;
    }
    const bool refused = first != nullptr && !first->allows();
    EXPECT_EQ(rules.refusal_of(address) != nullptr, refused || std::string_view(row.address).starts_with("::ffff:"))
        << row.address;
  }
}

}  // namespace
}  // namespace berth::net
