#include "berth/net/name_policy.h"

#include <gtest/gtest.h>

#include "berth/net/dns_message.h"

namespace berth::net {
namespace {

NameRules any_name() {
  NameRules rules;
  rules.fixed = {{"siem.corp", {*parse_address("10.1.2.3")}}};
  return rules;
}

NameRules listed() {
  NameRules rules = any_name();
  rules.allowed = {{*parse_name_pattern("api.example.com")},
                   {*parse_name_pattern("*.example.com")},
                   {*parse_name_pattern("siem.corp"), true},
                   {*parse_name_pattern("xn--bcher-kva.example")},
                   {*parse_name_pattern("1.0.0.10.in-addr.arpa")}};
  return rules;
}

using enum NameVerdict;
constexpr DnsType kA = DnsType::A;

struct Row {
  const char* name;
  const char* asked;
  NameVerdict of_any;
  NameVerdict of_listed;
  const char* entries = "";  // positions in the list
  DnsType type = kA;
};

const Row kRows[] = {
    {"Listed", "api.example.com", Forward, Forward, "01"},
    {"UpperCase", "API.Example.COM", Forward, Forward, "01"},
    {"Below", "a.b.example.com", Forward, Forward, "1"},
    {"TopOfBelow", "example.com", Forward, Refuse},
    {"Other", "evil.example", Forward, Refuse},
    {"EndsLikeIt", "evilexample.com", Forward, Refuse},
    {"BeginsLikeIt", "api.example.com.evil.net", Forward, Refuse},
    {"Registered", "XN--bcher-kva.example", Forward, Forward, "3"},
    {"Localhost", "localhost", NoSuchName, NoSuchName},
    {"BelowLocalhost", "db.LocalHost", NoSuchName, NoSuchName},
    {"Root", "", Refuse, Refuse},
    {"Number", "2130706433", Refuse, Refuse},
    {"ShortIpv4", "127.1", Refuse, Refuse},
    {"Hexadecimal", "0x7f.1", Refuse, Refuse},
    {"HexadecimalAtTheEnd", "1.0x7f", Refuse, Refuse},
    {"Ipv4", "127.0.0.1", Refuse, Refuse},
    {"OddBytes", "a?b.example.com", Refuse, Refuse},
    {"Fixed", "SIEM.corp", Fixed, Fixed, "2"},
    {"FixedIpv6", "siem.corp", Fixed, Fixed, "2", DnsType::AAAA},
    {"FixedOther", "siem.corp", NoData, NoData, "2", DnsType::TXT},
    {"ReversePublic", "8.8.8.8.in-addr.arpa", Forward, Refuse, "", DnsType::PTR},
    {"ReversePrivate", "1.0.0.10.in-addr.arpa", NoSuchName, NoSuchName, "4", DnsType::PTR},
    {"Text", "api.example.com", Forward, Forward, "01", DnsType::TXT},
    {"Service", "_ldap._tcp.example.com", Forward, Forward, "1", DnsType::SRV},
    {"Https", "api.example.com", NoData, NoData, "01", DnsType::HTTPS},
    {"Svcb", "api.example.com", NoData, NoData, "01", DnsType::SVCB},
    {"Any", "api.example.com", NoData, NoData, "01", DnsType::ANY},
    {"HttpsUnlisted", "evil.example", NoData, Refuse, "", DnsType::HTTPS},
    {"Unknown", "api.example.com", NoData, NoData, "01", static_cast<DnsType>(65280)},
    {"Transfer", "api.example.com", NoData, NoData, "01", static_cast<DnsType>(252)},
};

class Names : public ::testing::TestWithParam<Row> {};

TEST_P(Names, AreDecidedOn) {
  const Row& row = GetParam();
  EXPECT_EQ(judge_name(any_name(), row.asked, static_cast<std::uint16_t>(row.type)).verdict, row.of_any);
  const NameRules rules = listed();
  const NameDecision decision = judge_name(rules, row.asked, static_cast<std::uint16_t>(row.type));
  EXPECT_EQ(decision.verdict, row.of_listed);
  std::string entries;
  for (std::size_t at = 0; at < rules.allowed->size(); ++at) {
    if (decision.entries.test(at)) entries += std::to_string(at);
  }
  EXPECT_EQ(entries, row.entries);
}

INSTANTIATE_TEST_SUITE_P(Table, Names, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

struct AddressRow {
  const char* address;
  bool of_public_name;
  bool of_private_name;
};

constexpr AddressRow kAddresses[] = {
    {"8.8.8.8", true, true},          {"10.1.2.3", false, true},         {"fd00::1", false, true},
    {"100.64.0.1", false, true},      {"127.0.0.1", false, false},       {"169.254.169.254", false, false},
    {"fd00:ec2::254", false, false},  {"100.100.100.200", false, false}, {"::ffff:10.0.0.1", false, false},
    {"64:ff9b::a00:1", false, false}, {"2002:a00:1::", false, false},    {"10.9.9.9", false, false},
    {"224.0.0.1", false, false},
};

// A name that may be private opens the site's networks, and nothing that is more than a neighbour.
TEST(Addresses, AreJudgedByWhatTheNameMay) {
  NameRules rules = listed();
  rules.addresses = AddressRules({}, {*parse_address("10.9.9.9")});
  const NameDecision public_name = judge_name(rules, "api.example.com", 1);
  const NameDecision private_name = judge_name(rules, "siem.corp", 1);
  for (const AddressRow& row : kAddresses) {
    const Address address = *parse_address(row.address);
    EXPECT_EQ(judge_address(rules, public_name, address) == nullptr, row.of_public_name) << row.address;
    EXPECT_EQ(judge_address(rules, private_name, address) == nullptr, row.of_private_name) << row.address;
  }
}

// "*.corp.example:443" is not private, "siem.corp.example:8443" is: the site's address is opened for 8443 alone.
TEST(Addresses, AreOpenedForTheEntriesThatMayHaveThem) {
  NameRules rules;
  rules.allowed = {{*parse_name_pattern("*.corp.example")}, {*parse_name_pattern("siem.corp.example"), true}};
  const NameDecision decision = judge_name(rules, "siem.corp.example", 1);
  EXPECT_EQ(decision.entries, EntrySet(3));
  EXPECT_EQ(entries_for(rules, decision, {*parse_address("8.8.8.8")}), EntrySet(3));
  EXPECT_EQ(entries_for(rules, decision, {*parse_address("10.1.2.3")}), EntrySet(2));
  EXPECT_EQ(entries_for(rules, decision, {*parse_address("8.8.8.8"), *parse_address("10.1.2.3")}), EntrySet(2));
}

}  // namespace
}  // namespace berth::net
