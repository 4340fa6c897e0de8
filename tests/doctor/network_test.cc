#include <gtest/gtest.h>

#include "berth/doctor/packet_filter.h"
#include "berth/doctor/proxy.h"
#include "berth/doctor/resolver.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"

namespace berth::doctor {
namespace {

using enum Severity;

// A socket on 127.0.0.53:53, as systemd-resolved has it on a little-endian machine.
constexpr const char* kStub =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "  12: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 23 2 0 0\n";
constexpr const char* kElsewhere = "  12: 0100007F:0044 00000000:0000 07 00000000:00000000 00:00000000\n";
constexpr const char* kAny6 = "  12: 00000000000000000000000000000000:0035 0:0000 07\n";

struct ResolverRow {
  const char* name;
  ResolverFacts facts;
  Expected expected;
};

const ResolverRow kResolvers[] = {
    {"a resolver", {"nameserver 192.0.2.53\n"}, {Ok, "192.0.2.53"}},
    {"all that may stand there",
     {"# by hand\n; so\nsearch a.example\ndomain a\noptions edns0 trust-ad\nsortlist 1\n\n "
      "nameserver\t2001:db8::53\r\n"},
     {Ok, "2001:db8::53"}},
    {"link-local", {"nameserver fe80::1%eth0\n"}, {Ok, "fe80::1%eth0"}},
    {"systemd-resolved", {"nameserver 127.0.0.53\n", kStub}, {Ok, "127.0.0.53"}},
    {"systemd-resolved, stopped", {"nameserver 127.0.0.53\n", kElsewhere}, {Warning, "nothing listens", "systemctl"}},
    {"dnsmasq on all addresses", {"nameserver ::1\n", "", kAny6}, {Ok, "::1"}},
    {"a local one that is down, and another", {"nameserver 127.0.0.1\nnameserver 192.0.2.1\n"}, {Ok, "192.0.2.1"}},
    {"a fourth is not asked",
     {"nameserver 127.0.0.1\nnameserver ::1\nnameserver 127.0.0.2\nnameserver 192.0.2.1\n"},
     {Warning, "nothing listens", "start the resolver"}},
    {"empty", {""}, {Warning, "names no resolver", "nameserver ADDRESS"}},
    {"no file", {fail(Errc::NotFound, "read file '/etc/resolv.conf'")}, {Failure, "resolv.conf", "nameserver"}},
    {"a name for an address", {"nameserver dns.example\n"}, {Failure, "'nameserver dns.example'", "nameserver"}},
    {"an address cut off", {"nameserver 192.0.2\n"}, {Failure, "makes sense", "nameserver"}},
    {"a zone on IPv4", {"nameserver 192.0.2.1%eth0\n"}, {Failure, "makes sense", "nameserver"}},
    {"one good, one bad", {"nameserver 192.0.2.1\nnameserver\n"}, {Warning, "passed over", "correct or remove"}},
    {"not a resolv.conf", {"<html>\n"}, {Failure, "'<html>'", "nameserver"}},
};

TEST(Resolver, IsJudgedByTheFileAndTheSockets) {
  for (const ResolverRow& row : kResolvers) EXPECT_TRUE(judged(judge_resolver(row.facts), row.expected)) << row.name;
}

struct ProxyRow {
  const char* name;
  ProxyVariables variables;
  Expected expected;
};

const ProxyRow kProxies[] = {
    {"none", {}, {Ok, "no proxy"}},
    {"both cases",
     {{"http_proxy", "http://p.example:3128"}, {"HTTP_PROXY", "http://p.example:3128"}},
     {Ok, "p.example:3128"}},
    {"one case", {{"HTTPS_PROXY", "http://p.example:3128/"}}, {Ok, "p.example:3128"}},
    {"IPv6", {{"https_proxy", "http://[2001:db8::1]:3128"}}, {Ok, "[2001:db8::1]:3128"}},
    {"SOCKS", {{"all_proxy", "socks5h://192.0.2.1:1080"}}, {Ok, "192.0.2.1:1080"}},
    {"only exceptions", {{"no_proxy", "localhost,.example.org,10.0.0.0/8,*"}}, {Ok, "no proxy"}},
    {"cases differ", {{"http_proxy", "http://a:1"}, {"HTTP_PROXY", "http://b:1"}}, {Warning, "differ", "same value"}},
    {"no scheme", {{"http_proxy", "p.example:3128"}}, {Warning, "no scheme", "http://"}},
    {"another scheme", {{"http_proxy", "ftp://p.example:21"}}, {Failure, "scheme", "http://proxy.example"}},
    {"one slash", {{"https_proxy", "http:/p.example:3128"}}, {Failure, "port", "https_proxy"}},
    {"no host", {{"http_proxy", "http://:3128"}}, {Failure, "host", "unset"}},
    {"blank in it", {{"http_proxy", "http://p example:3128"}}, {Failure, "host", "unset"}},
    {"port of letters", {{"http_proxy", "http://p.example:many"}}, {Failure, "port", "http_proxy"}},
    {"port 0", {{"http_proxy", "http://p.example:0"}}, {Failure, "port", "http_proxy"}},
    {"port too large", {{"http_proxy", "http://p.example:65536"}}, {Failure, "port", "http_proxy"}},
    {"bracket left open", {{"http_proxy", "http://[2001:db8::1:3128"}}, {Failure, "host", "http_proxy"}},
    {"on this machine", {{"http_proxy", "http://127.0.0.1:3128"}}, {Warning, "no container can reach", "listen"}},
    {"localhost", {{"http_proxy", "http://LOCALHOST:3128"}}, {Warning, "no container can reach", "listen"}},
    {"exceptions with a star", {{"no_proxy", "*.example.org"}}, {Warning, "write '.example.org'", "commas"}},
    {"exceptions as addresses", {{"NO_PROXY", "http://example.org"}}, {Warning, "an entry is an address", "commas"}},
    {"a failure goes before a doubt",
     {{"http_proxy", "p:1"}, {"https_proxy", "http://"}},
     {Failure, "https_proxy", ""}},
};

TEST(Proxy, MakesSenseOrNot) {
  for (const ProxyRow& row : kProxies) EXPECT_TRUE(judged(judge_proxy(row.variables), row.expected)) << row.name;
}

TEST(Proxy, PasswordsAreNeverRepeated) {
  for (const char* value :
       {"http://ada:s3cret@p.example:3128", "ada:s3cret@p.example:many", "http://ada:s3cret@", "ftp://ada:s3cret@p",
        "http://ada:s3cret@127.0.0.1:1", "http://ada:s3c/ret@p.example:1", "s3cret://p.example"}) {
    const CheckResult result = judge_proxy({{"http_proxy", value}, {"HTTP_PROXY", "http://x:s3cret@other:1"}});
    EXPECT_EQ((result.found + result.remedy).find("s3c"), std::string::npos) << value << " -> " << result.found;
  }
  const CheckResult exceptions = judge_proxy({{"no_proxy", "http://ada:s3cret@p.example"}});
  EXPECT_EQ(exceptions.found.find("s3cret"), std::string::npos) << exceptions.found;
  const CheckResult bare = judge_proxy({{"no_proxy", "ada:s3cret@p.example"}});
  EXPECT_EQ(bare.found.find("s3cret"), std::string::npos) << bare.found;
}

TEST(PacketFilter, DroppingChainsOfOthersAreFound) {
  const auto found = dropping_chains(R"({"nftables": [
    {"metainfo": {"version": "1.0.6"}},
    {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward", "prio": 0,
               "policy": "drop"}},
    {"chain": {"family": "ip", "table": "filter", "name": "DOCKER"}},
    {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "hook": "input", "policy": "drop"}},
    {"chain": {"family": "inet", "table": "berth_4", "name": "pass", "hook": "forward", "policy": "drop"}},
    {"chain": {"family": "ip6", "table": "filter", "name": "FORWARD", "hook": "forward", "policy": "accept"}}]})");
  ASSERT_TRUE(testing::ok(found));
  EXPECT_EQ(*found, std::vector<std::string>{"ip filter FORWARD"});
  EXPECT_TRUE(testing::fails_with(dropping_chains("[]"), Errc::InvalidInput, "no list 'nftables'"));
  EXPECT_FALSE(dropping_chains("Error: ...").has_value());
}

TEST(PacketFilter, DefaultRoutesAreSeen) {
  const std::string head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
  const std::string zeros(32, '0');
  EXPECT_TRUE(has_default_route(head + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", ""));
  EXPECT_FALSE(has_default_route(head + "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", ""));
  EXPECT_TRUE(
      has_default_route("", zeros + " 00 " + zeros + " 00 fe8000000000000000000000000000 1 2 3 00000003 eth0\n"));
  EXPECT_FALSE(has_default_route("", zeros + " 00 " + zeros + " 00 " + zeros + " ffffffff 1 0 00200200       lo\n"));
  EXPECT_FALSE(has_default_route("", ""));
}

struct ForwardingRow {
  const char* name;
  ForwardingFacts facts;
  Expected expected;
};

const ForwardingRow kForwardings[] = {
    {"root", {.ipv4 = "1"}, {Ok, "a pair of interfaces"}},
    {"root, forwarding off", {.ipv4 = "0", .pasta = "/usr/bin/pasta"}, {Ok, "by pasta: this machine forwards no"}},
    {"root, forwarding off, without a tool", {.ipv4 = "0"}, {Warning, "ip_forward is not 1), and", "passt"}},
    {"beside Docker",
     {.ipv4 = "1", .dropping = {"ip filter FORWARD"}, .pasta = "/usr/bin/pasta"},
     {Ok, "by pasta: packets are dropped"}},
    {"beside Docker, without pasta",
     {.ipv4 = "1", .dropping = {"ip filter FORWARD"}},
     {Warning, "neither pasta nor slirp4netns", "passt"}},
    {"no nftables",
     {.nftables = false, .ipv4 = "1", .slirp4netns = "/usr/bin/slirp4netns"},
     {Ok, "by slirp4netns: nftables"}},
    {"a user", {.root = false, .pasta = "/usr/bin/pasta", .slirp4netns = "/usr/bin/slirp4netns"}, {Ok, "by pasta"}},
    {"a user without a tool", {.root = false}, {Warning, "neither pasta", "apt-get install passt"}},
    {"a user without tun",
     {.root = false, .pasta = "/usr/bin/pasta", .tun = false},
     {Warning, "/dev/net/tun", "modprobe tun"}},
    {"no route", {.has_route = false}, {Warning, "no default route", "a route"}},
};

TEST(PacketFilter, TheWayIsTold) {
  for (const ForwardingRow& row : kForwardings)
    EXPECT_TRUE(judged(judge_forwarding(row.facts), row.expected)) << row.name;
  const Result<void> refused = fail(Errc::Unavailable, "Operation not supported");
  EXPECT_TRUE(judged(judge_nftables({}, true, true), {Ok}));
  EXPECT_TRUE(judged(judge_nftables(refused, true, true), {Failure, "not supported", "modprobe nf_tables"}));
  EXPECT_TRUE(judged(judge_nftables(refused, false, false), {Skipped, "user namespace"}));
}

}  // namespace
}  // namespace berth::doctor
