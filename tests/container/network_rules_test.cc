#include "berth/container/network_rules.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "berth/container/network_way.h"
#include "berth/sys/file.h"
#include "tests/support/result_matchers.h"

namespace berth::container {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

net::AddressRange range(const char* text) {
  const auto read = net::parse_address_range(text);
  EXPECT_TRUE(testing::ok(read));
  return *read;
}

net::Address address(const char* text) {
  const auto read = net::parse_address(text);
  EXPECT_TRUE(testing::ok(read));
  return *read;
}

NetworkSpec spec(const char* profile, bool by_operator = true) {
  NetworkSpec made;
  auto read = net::parse_network_profile(profile);
  EXPECT_TRUE(testing::ok(read));
  made.profile = *std::move(read);
  made.by_operator = by_operator;
  return made;
}

net::AddressRules rules(const NetworkSpec& of) {
  return net::AddressRules(of.allowed, {address("198.19.5.2"), address("2600:5::2")});
}

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path() / "golden" / name;
}

void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("BERTH_ACCEPT") != nullptr) {
    ASSERT_TRUE(testing::ok(sys::write_file_atomically(golden(name), text, 0644)));
    GTEST_SKIP() << "rewritten: " << golden(name);
  }
  const auto expected = sys::read_file(golden(name), 1 << 20);
  ASSERT_TRUE(testing::ok(expected));
  EXPECT_EQ(text, *expected) << "BERTH_ACCEPT=1 rewrites " << golden(name);
}

TEST(NetworkRules, OfEgress) {
  NetworkSpec of = spec("egress");
  of.allowed = {range("10.20.0.0/16")};
  expect_golden("network_egress.nft", sys::nft::to_text(container_table(of, rules(of), Strictness::Guarded)));
}

TEST(NetworkRules, OfAList) {
  NetworkSpec of = spec("api.example.com:443,*.example.org:443,db.example.com:5432,10.1.2.3:8443,[2600::5]:80-90");
  of.proxy = net::parse_destination("192.0.2.7:3128").value();
  expect_golden("network_list.nft", sys::nft::to_text(container_table(of, rules(of), Strictness::Guarded)));
}

TEST(NetworkRules, OfTheMachine) {
  NetworkSpec of = spec("egress");
  of.machine_services = {{address("198.19.5.2"), {3128, 3128}}};
  expect_golden("network_host.nft", sys::nft::to_text(host_table(of, Strictness::Guarded)));
}

// What an item lists itself is asked for after the refusals, what an operator lists before.
TEST(NetworkRules, TrustAnItemsListLess) {
  const auto position = [](bool by_operator, const char* what) {
    const NetworkSpec of = spec("10.1.2.3:8443", by_operator);
    return sys::nft::to_text(container_table(of, rules(of), Strictness::Guarded)).find(what);
  };
  const char* open = "ip daddr 10.1.2.3 th dport 8443 goto pass";
  const char* refuse = "ip daddr @refused4 goto refuse";
  EXPECT_LT(position(true, open), position(true, refuse));
  EXPECT_GT(position(false, open), position(false, refuse));
}

TEST(NetworkRules, EndInARefusalButForEgress) {
  for (const char* profile : {"api.example.com:443", "8.8.8.8:53", "proxy"}) {
    const NetworkSpec of = spec(profile);
    const sys::nft::Table table = container_table(of, rules(of), Strictness::Guarded);
    std::string last;
    for (const auto& rule : table.rules) last = rule.chain == "decide" ? sys::nft::to_text(rule) : last;
    EXPECT_EQ(last, "goto refuse") << profile;
  }
}

bool is_refused(const net::AddressRules& of, const char* text) {
  const net::Address one = address(text);
  const std::string bytes(one.bytes.begin(), one.bytes.begin() + one.bits() / 8);
  for (const auto& interval : refused_intervals(of, one.family)) {
    if (interval.first <= bytes && bytes <= interval.last) return true;
  }
  return false;
}

struct AddressRow {
  const char* address;
  bool is_refused;
};

constexpr AddressRow kAddresses[] = {
    {"8.8.8.8", false},           {"1.0.0.0", false},         {"9.255.255.255", false},
    {"11.0.0.0", false},          {"0.0.0.0", true},          {"10.0.0.0", true},
    {"10.255.255.255", true},     {"100.64.0.1", true},       {"100.128.0.0", false},
    {"127.0.0.1", true},          {"127.255.255.254", true},  {"169.254.169.254", true},
    {"100.100.100.200", true},    {"192.0.0.192", true},      {"168.63.129.16", true},
    {"168.63.129.17", false},     {"172.15.255.255", false},  {"172.16.0.0", true},
    {"172.32.0.0", false},        {"192.168.1.1", true},      {"198.19.5.2", true},
    {"203.0.113.9", true},        {"223.255.255.255", false}, {"224.0.0.1", true},
    {"255.255.255.255", true},    {"2600::1", false},         {"2600:5::2", true},
    {"fd00:ec2::254", true},      {"fe80::1", true},          {"::1", true},
    {"64:ff9b::a9fe:a9fe", true}, {"2002:7f00:1::1", true},   {"2001:4860:4860::8888", false},
    {"2001:db8::1", true},        {"ff02::1", true},          {"4000::1", true},
};

// The packet filter and the judge of names must never differ.
TEST(RefusedIntervals, AreWhatTheRulesRefuse) {
  const net::AddressRules of({}, {address("198.19.5.2"), address("2600:5::2")});
  for (const AddressRow& row : kAddresses) {
    EXPECT_EQ(is_refused(of, row.address), row.is_refused) << row.address;
    EXPECT_EQ(of.refusal_of(address(row.address)) != nullptr, row.is_refused) << row.address;
  }
}

TEST(RefusedIntervals, LeaveOutWhatIsAllowed) {
  const net::AddressRules of({range("10.20.0.0/16"), range("169.254.169.254"), range("fd12::/16")},
                             {address("10.20.0.9")});
  EXPECT_FALSE(is_refused(of, "10.20.1.1"));
  EXPECT_TRUE(is_refused(of, "10.21.0.0"));
  EXPECT_TRUE(is_refused(of, "10.20.0.9"));  // this machine's own, although the range around it is open
  EXPECT_FALSE(is_refused(of, "169.254.169.254"));
  EXPECT_TRUE(is_refused(of, "169.254.169.253"));
  EXPECT_FALSE(is_refused(of, "fd12::1"));
  EXPECT_TRUE(is_refused(of, "fd13::1"));
}

TEST(RefusedIntervals, NeitherTouchNorOverlap) {
  const net::AddressRules of({range("10.20.0.0/16")}, {address("11.0.0.0"), address("9.255.255.255")});
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const auto intervals = refused_intervals(of, family);
    for (std::size_t at = 1; at < intervals.size(); ++at) {
      EXPECT_LE(intervals[at].first, intervals[at].last);
      EXPECT_LT(intervals[at - 1].last, intervals[at].first);
    }
  }
}

TEST(OpenNames, ShareSetsByPort) {
  const OpenNames open = open_names_of(spec("a.example:443,8.8.8.8:53,b.example:443,c.example:1-2"));
  ASSERT_EQ(open.names.size(), 3u);
  EXPECT_EQ(open.ports.size(), 2u);
  EXPECT_EQ(open.port_of, (std::vector<std::size_t>{0, 0, 1}));
  EXPECT_TRUE(open.names[0].may_be_private);
  EXPECT_FALSE(open_names_of(spec("a.example:443", false)).names[0].may_be_private);
}

// --- the way out ---

NetworkFacts forwarding_root() { return {true, true, true, {}, false, "/usr/bin/pasta", "/usr/bin/slirp4netns"}; }

TEST(ChooseWay, NamesATapThatMayNotBeMade) {
  NetworkFacts facts = forwarding_root();
  facts.makes_taps = false;
  EXPECT_TRUE(testing::ok(choose_way(NetworkWay::Auto, facts)));
  facts.is_root = false;
  for (const NetworkWay way : {NetworkWay::Auto, NetworkWay::Pasta, NetworkWay::Slirp4netns}) {
    EXPECT_TRUE(testing::fails_with(choose_way(way, facts), Errc::Unavailable, "chmod 0666 /dev/net/tun"));
  }
}

TEST(ChooseWay, TakesVethWherePacketsPass) {
  const auto way = choose_way(NetworkWay::Auto, forwarding_root());
  ASSERT_TRUE(testing::ok(way));
  EXPECT_EQ(way->way, NetworkWay::Veth);
  EXPECT_TRUE(way->has_v6);
}

struct WayRow {
  const char* name;
  void (*change)(NetworkFacts&);
  const char* reason;
};

const WayRow kObstacles[] = {
    {"no_root", [](NetworkFacts& facts) { facts.is_root = false; }, "root"},
    {"no_forwarding", [](NetworkFacts& facts) { facts.forwards_v4 = false; }, "net.ipv4.ip_forward"},
    {"policy", [](NetworkFacts& facts) { facts.chains = {{"ip", "filter", "FORWARD", true, false}}; },
     "'ip filter FORWARD' drops"},
    {"rules", [](NetworkFacts& facts) { facts.chains = {{"inet", "firewalld", "filter_FORWARD", false, true}}; },
     "'inet firewalld filter_FORWARD' has rules"},
    {"old_rules", [](NetworkFacts& facts) { facts.has_old_filter = true; }, "iptables"},
};

class Obstacle : public ::testing::TestWithParam<WayRow> {};

TEST_P(Obstacle, LeadsToARelay) {
  NetworkFacts facts = forwarding_root();
  GetParam().change(facts);
  const auto pasta = choose_way(NetworkWay::Auto, facts);
  ASSERT_TRUE(testing::ok(pasta));
  EXPECT_EQ(pasta->way, NetworkWay::Pasta);
  EXPECT_THAT(pasta->reason, HasSubstr(GetParam().reason));
  facts.pasta.clear();
  EXPECT_EQ(choose_way(NetworkWay::Auto, facts)->way, NetworkWay::Slirp4netns);
  facts.slirp4netns.clear();
  const auto none = choose_way(NetworkWay::Auto, facts);
  EXPECT_TRUE(testing::fails_with(none, Errc::Unavailable, GetParam().reason));
  EXPECT_TRUE(testing::fails_with(none, Errc::Unavailable, "install the package 'passt'"));
}

INSTANTIATE_TEST_SUITE_P(Rows, Obstacle, ::testing::ValuesIn(kObstacles),
                         [](const auto& row) { return row.param.name; });

TEST(ChooseWay, LetsAChainPassThatDecidesNothing) {
  NetworkFacts facts = forwarding_root();
  facts.chains = {{"inet", "counting", "forward", false, false}};
  EXPECT_EQ(choose_way(NetworkWay::Auto, facts)->way, NetworkWay::Veth);
}

TEST(ChooseWay, DoesWhatTheOperatorSaysOrSaysWhyNot) {
  NetworkFacts facts = forwarding_root();
  EXPECT_EQ(choose_way(NetworkWay::Slirp4netns, facts)->way, NetworkWay::Slirp4netns);
  facts.chains = {{"ip", "filter", "FORWARD", true, false}};
  EXPECT_EQ(choose_way(NetworkWay::Veth, facts)->way, NetworkWay::Veth);
  facts.forwards_v4 = false;
  EXPECT_TRUE(testing::fails_with(choose_way(NetworkWay::Veth, facts), Errc::Unavailable, "ip_forward"));
  facts.pasta.clear();
  EXPECT_TRUE(testing::fails_with(choose_way(NetworkWay::Pasta, facts), Errc::Unavailable, "'passt'"));
}

}  // namespace
}  // namespace berth::container
