#include "berth/net/destination.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

struct GoodRow {
  const char* name;
  const char* text;
  const char* printed;
};

constexpr GoodRow kGood[] = {
    {"Name", "example.com:443", "example.com:443"},
    {"UpperCase", "Example.COM:443", "example.com:443"},
    {"LastDot", "example.com.:443", "example.com:443"},
    {"Below", "*.example.com:443", "*.example.com:443"},
    {"Underscore", "_ldap._tcp.example.com:389", "_ldap._tcp.example.com:389"},
    {"OneLabel", "siem:8443", "siem:8443"},
    {"Registered", "xn--bcher-kva.example:443", "xn--bcher-kva.example:443"},
    {"Ports", "example.com:8000-8010", "example.com:8000-8010"},
    {"AllPorts", "example.com:*", "example.com:*"},
    {"Ipv4", "10.1.2.3:443", "10.1.2.3:443"},
    {"Ipv4Range", "10.1.0.0/16:443", "10.1.0.0/16:443"},
    {"Ipv6", "[fd00::1]:443", "[fd00::1]:443"},
    {"Ipv6Range", "[fd00::/8]:443", "[fd00::/8]:443"},
};

class GoodDestination : public ::testing::TestWithParam<GoodRow> {};

TEST_P(GoodDestination, IsReadAndWritten) {
  const auto destination = parse_destination(GetParam().text);
  ASSERT_TRUE(testing::ok(destination));
  EXPECT_EQ(to_text(*destination), GetParam().printed);
  EXPECT_EQ(*parse_destination(GetParam().printed), *destination);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodDestination, ::testing::ValuesIn(kGood),
                         [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  const char* text;
  const char* why;
};

constexpr BadRow kBad[] = {
    {"Empty", "", "write HOST:PORT"},
    {"NoPort", "example.com", "write HOST:PORT"},
    {"NoHost", ":443", "write HOST:PORT"},
    {"Ipv6WithoutPort", "[fd00::1]", "write HOST:PORT"},
    {"PortZero", "example.com:0", "a number from 1 to 65535"},
    {"PortTooBig", "example.com:65536", "a number from 1 to 65535"},
    {"PortWithZero", "example.com:0443", "a number from 1 to 65535"},
    {"PortsBackwards", "example.com:20-10", "a number from 1 to 65535"},
    {"PortNegative", "example.com:-1", "a number from 1 to 65535"},
    {"Ipv6WithoutBrackets", "fd00::1:443", "stands in brackets"},
    {"Ipv4InBrackets", "[10.0.0.1]:443", "only IPv6"},
    {"BracketOpen", "[fd00::1:443", "']' is missing"},
    {"Decimal", "2130706433:80", "is no IP address"},
    {"ShortIpv4", "127.1:80", "is no IP address"},
    {"Hexadecimal", "0x7f.0x1:80", "last label is no number"},
    {"HexadecimalWhole", "0x7f000001:80", "last label is no number"},
    {"Mapped", "[::ffff:127.0.0.1]:80", "write it as an IPv4 address"},
    {"Letters",
     "b\xc3\xbc"
     "cher.example:443",
     "'xn--'"},
    {"StarInside", "a.*.example.com:443", "in front"},
    {"StarInLabel", "a*.example.com:443", "in front"},
    {"StarAlone", "*:443", "in front"},
    {"StarOverTop", "*.com:443", "top-level"},
    {"LabelEmpty", "a..b:443", "labels of letters"},
    {"Blank", "exa mple.com:443", "labels of letters"},
    {"Url", "https://example.com:443", "brackets"},
    {"Control", "exa\nmple:443", "\\x0a"},
};

class BadDestination : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadDestination, IsRefusedWithARemedy) {
  EXPECT_TRUE(testing::fails_with(parse_destination(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadDestination, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

TEST(Destination, NamesHaveTheLengthsOfTheDns) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_host_name(label));
  EXPECT_FALSE(is_host_name(label + "a"));
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_TRUE(is_host_name(longest));
  EXPECT_FALSE(is_host_name(longest + "a"));
}

TEST(Destination, ComeInLists) {
  const auto destinations = parse_destinations("a.example:443,10.0.0.1:22");
  ASSERT_TRUE(testing::ok(destinations));
  EXPECT_EQ(destinations->size(), 2u);
  EXPECT_TRUE(testing::fails_with(parse_destinations("a.example:443,"), Errc::InvalidInput, "write HOST:PORT"));
  EXPECT_TRUE(testing::fails_with(parse_destinations(""), Errc::InvalidInput, "write HOST:PORT"));
}

TEST(NamePattern, MatchesWhatItSays) {
  const NamePattern exact = *parse_name_pattern("example.com");
  EXPECT_TRUE(exact.matches("example.com"));
  EXPECT_FALSE(exact.matches("www.example.com"));
  const NamePattern below = *parse_name_pattern("*.example.com");
  EXPECT_TRUE(below.matches("www.example.com"));
  EXPECT_TRUE(below.matches("a.b.example.com"));
  EXPECT_FALSE(below.matches("example.com"));
  EXPECT_FALSE(below.matches(".example.com"));
  EXPECT_FALSE(below.matches("evilexample.com"));
  EXPECT_FALSE(below.matches("www.example.com.evil.net"));
}

}  // namespace
}  // namespace berth::net
