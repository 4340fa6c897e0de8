#include "berth/net/proxy_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProxyRequest, OfATunnelIsWrittenAnew) {
  const auto request = read_proxy_request(
      "CONNECT Index.Example:443 HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: Basic stolen\r\n"
      "User-Agent: pip\r\n\r\n",
      "Basic ours");
  ASSERT_TRUE(testing::ok(request));
  EXPECT_TRUE(request->is_tunnel);
  EXPECT_EQ(request->destination, *parse_destination("index.example:443"));
  EXPECT_EQ(request->head,
            "CONNECT Index.Example:443 HTTP/1.1\r\nHost: index.example:443\r\nUser-Agent: pip\r\n"
            "Proxy-Authorization: Basic ours\r\n\r\n");
}

TEST(ProxyRequest, OfAFileIsTheOnlyOneOfItsConnection) {
  const auto request = read_proxy_request(
      "GET http://apt.example/debian/x HTTP/1.1\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n"
      "content-length: 70\r\nIf-Modified-Since: x\r\n\r\n",
      "");
  ASSERT_TRUE(testing::ok(request));
  EXPECT_FALSE(request->is_tunnel);
  EXPECT_EQ(request->destination, *parse_destination("apt.example:80"));
  EXPECT_EQ(request->head,
            "GET http://apt.example/debian/x HTTP/1.1\r\nHost: apt.example:80\r\nIf-Modified-Since: x\r\n"
            "Connection: close\r\n\r\n");
  const auto v6 = read_proxy_request("HEAD http://[2001:db8::1]/x HTTP/1.0\r\n\r\n", "");
  ASSERT_TRUE(testing::ok(v6));
  EXPECT_EQ(v6->destination, *parse_destination("[2001:db8::1]:80"));
}

struct Bad {
  const char* name;
  std::string_view head;
  const char* why;
};

const Bad kBad[] = {
    {"Post", "POST http://a.example/ HTTP/1.1\r\n\r\n", "only CONNECT, GET and HEAD"},
    {"Https", "GET https://a.example/ HTTP/1.1\r\n\r\n", "no http address"},
    {"Path", "GET /etc HTTP/1.1\r\n\r\n", "no http address"},
    {"User", "GET http://a.example@b.example/ HTTP/1.1\r\n\r\n", ""},
    {"Pattern", "CONNECT *.index.example:443 HTTP/1.1\r\n\r\n", "no single host"},
    {"Range", "CONNECT 10.0.0.0/8:443 HTTP/1.1\r\n\r\n", "no single host"},
    {"Ports", "CONNECT a.example:* HTTP/1.1\r\n\r\n", "no single port"},
    {"NoPort", "CONNECT a.example HTTP/1.1\r\n\r\n", ""},
    {"OtherSpelling", "CONNECT 0x7f.1:443 HTTP/1.1\r\n\r\n", ""},
    {"Version", "CONNECT a.example:443 HTTP/2\r\n\r\n", "no version"},
    {"ThirdBlank", "GET http://a.example/ x HTTP/1.1\r\n\r\n", "no version"},
    {"BareLineEnd", "GET http://a.example/ HTTP/1.1\r\nA: b\nHost: c\r\n\r\n", "control characters"},
    {"Folded", "GET http://a.example/ HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "no name"},
    {"BlankBeforeColon", "GET http://a.example/ HTTP/1.1\r\nContent-Length : 5\r\n\r\n", "no name"},
    {"Second", "GET http://a.example/ HTTP/1.1\r\n\r\nGET http://b.example/ HTTP/1.1\r\n\r\n", "does not end"},
    {"Cut", "GET http://a.example/ HTTP/1.1\r\nA: b\r\n", "does not end"},
    {"Empty", "", "no first line"},
};

class BadProxyRequest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadProxyRequest, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(read_proxy_request(GetParam().head, ""), Errc::InvalidInput, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadProxyRequest, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

TEST(ProxyStatus, IsReadFromTheFirstLine) {
  EXPECT_EQ(read_proxy_status("HTTP/1.1 200 Connection established\r\n\r\n").value_or(0), 200);
  EXPECT_EQ(read_proxy_status("HTTP/1.0 407\r\n\r\n").value_or(0), 407);
  for (const char* head : {"", "HTTP/1.1 20", "HTTP/1.1 2000 x\r\n", "SSH-2.0-x 200 y\r\n", "HTTP/1.1 -20 x\r\n"}) {
    EXPECT_TRUE(testing::fails_with(read_proxy_status(head), Errc::InvalidInput, "no status")) << head;
  }
}

}  // namespace
}  // namespace berth::net
