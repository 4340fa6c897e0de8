#include "berth/net/resolv_conf.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::net {
namespace {

struct Row {
  const char* name;
  std::string_view text;
  const char* resolvers;  // "ADDRESS[%ZONE] ..."
  int timeout = 5;
  int attempts = 2;
};

constexpr Row kRows[] = {
    {"Empty", "", "127.0.0.1"},
    {"Systemd", "# a comment\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.com\n", "127.0.0.53"},
    {"Three", "nameserver 1.1.1.1\nnameserver 8.8.8.8\nnameserver 9.9.9.9\nnameserver 4.4.4.4\n",
     "1.1.1.1 8.8.8.8 9.9.9.9"},
    {"Ipv6", "nameserver 2606:4700::1111\nnameserver fe80::1%eth0\n", "2606:4700::1111 fe80::1%eth0"},
    {"Options", "nameserver 1.1.1.1\noptions timeout:1 rotate attempts:4\n", "1.1.1.1", 1, 4},
    {"OptionsTooBig", "nameserver 1.1.1.1\noptions timeout:99 attempts:99999999999\n", "1.1.1.1", 30, 5},
    {"OptionsWithoutSense", "nameserver 1.1.1.1\noptions timeout:0 attempts: timeout:-3 attempts:x\n", "1.1.1.1"},
    {"Tabs", "\tnameserver\t 1.1.1.1 # here\r\n", "1.1.1.1"},
    {"NoLastLine", "nameserver 1.1.1.1", "1.1.1.1"},
    {"Comment", ";nameserver 1.1.1.1\n#nameserver 2.2.2.2\nnameserver 3.3.3.3\n", "3.3.3.3"},
    {"Bad", "nameserver\nnameserver example.com\nnameserver 1.1.1.1%eth0\nnameserver fe80::1%\n", "127.0.0.1"},
    {"ZoneTooLong", "nameserver fe80::1%a234567890123456\n", "127.0.0.1"},
    {"Bytes", std::string_view("nameserver 1.1.1.1\0 \nnameserver 2.2.2.2\xff\n\0", 40), "127.0.0.1"},
};

class ResolvConf : public ::testing::TestWithParam<Row> {};

TEST_P(ResolvConf, IsReadAsLibcReadsIt) {
  const ResolverSettings settings = parse_resolv_conf(GetParam().text);
  std::string resolvers;
  for (const Resolver& resolver : settings.resolvers) {
    resolvers += (resolvers.empty() ? "" : " ") + to_text(resolver.address);
    if (!resolver.zone.empty()) resolvers += "%" + resolver.zone;
    EXPECT_EQ(resolver.port, 53);
  }
  EXPECT_EQ(resolvers, GetParam().resolvers);
  EXPECT_EQ(settings.timeout.count(), GetParam().timeout);
  EXPECT_EQ(settings.attempts, GetParam().attempts);
}

INSTANTIATE_TEST_SUITE_P(Table, ResolvConf, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::net
