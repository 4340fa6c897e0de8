#include "berth/net/address_range.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

struct GoodRow {
  const char* name;
  const char* text;
  const char* inside;
  const char* outside;
};

constexpr GoodRow kGood[] = {
    {"Private", "10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
    {"OddPrefix", "172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
    {"Everything", "0.0.0.0/0", "255.255.255.255", "::1"},
    {"Single", "192.0.2.7", "192.0.2.7", "192.0.2.6"},
    {"UniqueLocal", "fd00::/8", "fdff:ffff::1", "fc00::1"},
    {"EverythingOfIpv6", "::/0", "ffff::", "1.2.3.4"},
    {"LongPrefix", "2001:db8::8/125", "2001:db8::f", "2001:db8::10"},
    {"Loopback", "::1", "::1", "::"},
};

class GoodRange : public ::testing::TestWithParam<GoodRow> {};

TEST_P(GoodRange, ContainsItsOwn) {
  const GoodRow& row = GetParam();
  const auto range = parse_address_range(row.text);
  ASSERT_TRUE(testing::ok(range));
  EXPECT_EQ(to_text(*range), row.text);
  EXPECT_TRUE(range->contains(*parse_address(row.inside)));
  EXPECT_FALSE(range->contains(*parse_address(row.outside)));
}

INSTANTIATE_TEST_SUITE_P(Table, GoodRange, ::testing::ValuesIn(kGood), [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  std::string_view text;
  const char* why;
};

constexpr BadRow kBad[] = {
    {"Empty", "", "is no IP address"},
    {"BitsBehind", "10.0.0.1/8", "write '10.0.0.0/8'"},
    {"BitsBehindIpv6", "fd00::1/8", "write 'fd00::/8'"},
    {"PrefixTooLong", "10.0.0.0/33", "a number from 0 to 32"},
    {"PrefixTooLongIpv6", "fd00::/129", "a number from 0 to 128"},
    {"PrefixMissing", "10.0.0.0/", "a number from 0 to 32"},
    {"PrefixNegative", "10.0.0.0/-1", "a number from 0 to 32"},
    {"PrefixWithZero", "10.0.0.0/08", "a number from 0 to 32"},
    {"Netmask", "10.0.0.0/255.0.0.0", "a number from 0 to 32"},
    {"Short", "10/8", "is no IP address"},
    {"Octal", "010.0.0.0/8", "is no IP address"},
    {"Hexadecimal", "0x7f.1", "is no IP address"},
    {"Decimal", "2130706433", "is no IP address"},
    {"UpperCase", "FD00::/8", "write 'fd00::'"},
    {"LongForm", "fd00:0:0:0:0:0:0:0/8", "write 'fd00::'"},
    {"Zone", "fe80::1%eth0", "is no IP address"},
    {"Mapped", "::ffff:10.0.0.0/104", "write it as an IPv4 address"},
    {"MappedSingle", "::ffff:127.0.0.1", "write it as an IPv4 address"},
    {"NulByte", std::string_view("10.0.0.1\0", 9), "is no IP address"},
    {"Control", "10.0.0.1\n", "\\x0a"},
    {"Name", "example.com", "is no IP address"},
};

class BadRange : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadRange, IsRefusedWithTheForm) {
  EXPECT_TRUE(testing::fails_with(parse_address_range(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadRange, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

struct ReversedRow {
  const char* name;
  const char* asked;
  const char* address;  // "" for none
};

constexpr ReversedRow kReversed[] = {
    {"V4", "4.3.2.1.in-addr.arpa", "1.2.3.4"},
    {"V6", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::1"},
    {"TooShort", "3.2.1.in-addr.arpa", ""},
    {"TooLong", "5.4.3.2.1.in-addr.arpa", ""},
    {"OctetTooBig", "256.3.2.1.in-addr.arpa", ""},
    {"LeadingZero", "04.3.2.1.in-addr.arpa", ""},
    {"Other", "example.com", ""},
    {"Suffix", ".in-addr.arpa", ""},
};

class Reversed : public ::testing::TestWithParam<ReversedRow> {};

TEST_P(Reversed, GivesTheAddress) {
  const auto address = reversed_address(GetParam().asked);
  EXPECT_EQ(address ? to_text(*address) : "", GetParam().address);
}

INSTANTIATE_TEST_SUITE_P(Table, Reversed, ::testing::ValuesIn(kReversed),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::net
