#include "berth/wire/http_request.h"

#include <gtest/gtest.h>

namespace berth::wire {
namespace {

constexpr const char* kPlain = "GET /v1/version HTTP/1.1\r\nHost: berth\r\n\r\n";

TEST(HttpRequest, IsReadHoweverItsBytesArrive) {
  const std::string text =
      "POST /v1/run?a=b HTTP/1.1\r\nHost: berth\r\nContent-Length: 5\r\nX-Mark: \t one two \r\n\r\nhello";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    HttpRequestParser parser;
    std::optional<HttpRequest> found;
    for (std::size_t at = 0; at < text.size(); at += step) {
      ASSERT_FALSE(found);
      parser.append(std::string_view(text).substr(at, step));
      auto next = parser.next();
      ASSERT_TRUE(next) << next.error().text;
      found = *std::move(next);
    }
    ASSERT_TRUE(found) << "in steps of " << step;
    EXPECT_EQ(found->method, "POST");
    EXPECT_EQ(found->target, "/v1/run?a=b");
    EXPECT_EQ(found->path(), "/v1/run");
    EXPECT_EQ(found->body, "hello");
    ASSERT_NE(found->field("x-mark"), nullptr);
    EXPECT_EQ(*found->field("x-mark"), "one two");
    EXPECT_TRUE(found->keep_alive);
    EXPECT_TRUE(parser.is_idle());
  }
}

TEST(HttpRequest, IsFollowedByTheNext) {
  HttpRequestParser parser;
  parser.append(std::string("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\r\n") + kPlain);
  const auto first = parser.next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->body, "ab");
  const auto second = parser.next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->target, "/v1/version");
  const auto third = parser.next();
  ASSERT_TRUE(third);
  EXPECT_FALSE(*third);
}

TEST(HttpRequest, SaysWhetherItIsTheLast) {
  const std::pair<const char*, bool> rows[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
  };
  for (const auto& [text, keeps] : rows) {
    HttpRequestParser parser;
    parser.append(text);
    const auto request = parser.next();
    ASSERT_TRUE(request && *request) << text;
    EXPECT_EQ((*request)->keep_alive, keeps) << text;
  }
}

TEST(HttpRequest, WaitsOnceForALeaveToSendItsBody) {
  HttpRequestParser parser;
  parser.append("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  const auto none = parser.next();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_TRUE(parser.has_head());
  EXPECT_TRUE(parser.take_wait());
  EXPECT_FALSE(parser.take_wait());
  parser.append("b");
  const auto request = parser.next();
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->body, "b");
}

struct BadRow {
  const char* name;
  std::string text;
  int status;
  const char* why;
};

std::string with_field(const std::string& field) { return "GET / HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n"; }

std::string many_fields() {
  std::string fields = "Host: x";
  for (int i = 0; i < 70; ++i) fields += "\r\nA: b";
  return "GET / HTTP/1.1\r\n" + fields + "\r\n\r\n";
}

const BadRow kBad[] = {
    {"NoVersion", "GET /\r\n\r\n", 400, "request line"},
    {"TwoBlanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "target"},
    {"Version2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "HTTP/1.1"},
    {"VersionOfText", "GET / HTP/1.1\r\nHost: x\r\n\r\n", 400, "HTTP/1.1"},
    {"MethodOfBytes", "G\xc3\xa4T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "method"},
    {"TargetOfAnotherHost", "GET http://a/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "absolute path"},
    {"TargetWithControl", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "absolute path"},
    {"LongTarget", "GET /" + std::string(4000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "longer than 2048"},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400, "Host"},
    {"NoHostButClose", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "Host"},
    {"TwoHosts", with_field("Host: y"), 400, "Host"},
    {"BareLineFeed", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400, "CR LF"},
    {"BareCarriageReturn", with_field("A: b\rC: d"), 400, "CR LF"},
    {"BlankBeforeColon", with_field("A : b"), 400, "proper name"},
    {"FoldedLine", with_field("A: b\r\n c"), 400, "proper name"},
    {"NoColon", with_field("A"), 400, "proper name"},
    {"NulInValue", with_field(std::string("A: b\0c", 6)), 400, "control characters"},
    {"ManyFields", many_fields(), 431, "more than 64"},
    {"LongHead", with_field("A: " + std::string(20'000, 'a')), 431, "longer than 16384"},
    {"EndlessHead", std::string(20'000, 'a'), 431, "longer than 16384"},
    {"Chunked", with_field("Transfer-Encoding: chunked"), 411, "Content-Length alone"},
    {"ChunkedAndLength", with_field("Content-Length: 3\r\nTransfer-Encoding: chunked"), 411, "Content-Length alone"},
    {"TwoLengths", with_field("Content-Length: 3\r\nContent-Length: 3"), 400, "twice"},
    {"ListOfLengths", with_field("Content-Length: 3, 3"), 400, "no number"},
    {"NegativeLength", with_field("Content-Length: -1"), 400, "no number"},
    {"SignedLength", with_field("Content-Length: +1"), 400, "no number"},
    {"LargeLength", with_field("Content-Length: 16777217"), 413, "longer than"},
    {"HugeLength", with_field("Content-Length: 99999999999999999999999"), 413, "longer than"},
};

class BadHttpRequest : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadHttpRequest, IsRefusedWithStatusAndReason) {
  HttpRequestParser parser;
  parser.append(GetParam().text);
  const auto request = parser.next();
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().status, GetParam().status) << request.error().text;
  EXPECT_NE(request.error().text.find(GetParam().why), std::string::npos) << request.error().text;
}

INSTANTIATE_TEST_SUITE_P(Table, BadHttpRequest, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::wire
