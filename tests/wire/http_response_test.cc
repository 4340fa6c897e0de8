#include "berth/wire/http_response.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::wire {
namespace {

struct Row {
  const char* name;
  std::string text;
  int status;
  const char* body;
};

const Row kRows[] = {
    {"Plain", print_response(200, {{"Content-Type", "application/json"}}, "{}"), 200, "{}"},
    {"Empty", print_response(404, {}, ""), 404, ""},
    {"Chunks", print_chunked_head(200, {}) + print_chunk("ab\r\n") + print_chunk("c") + std::string(kLastChunk), 200,
     "ab\r\nc"},
    {"NoChunk", print_chunked_head(200, {}) + std::string(kLastChunk), 200, ""},
    {"AfterAnInterimOne", "HTTP/1.1 100 Continue\r\n\r\n" + print_response(200, {}, "x"), 200, "x"},
    {"Trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\nA: b\r\n\r\n", 200, "z"},
};

class ReadResponse : public ::testing::TestWithParam<Row> {};

TEST_P(ReadResponse, HoweverItsBytesArrive) {
  const std::string& text = GetParam().text;
  for (std::size_t step = 1; step <= text.size(); ++step) {
    HttpResponseParser parser;
    std::string body;
    for (std::size_t at = 0; at < text.size(); at += step) {
      EXPECT_TRUE(testing::fails_with(parser.end(), Errc::Unavailable, "before its end"));
      ASSERT_TRUE(testing::ok(parser.append(text.substr(at, step))));
      body += parser.take_body();
    }
    EXPECT_TRUE(parser.is_done());
    EXPECT_TRUE(testing::ok(parser.end()));
    EXPECT_EQ(parser.status(), GetParam().status);
    EXPECT_EQ(body, GetParam().body);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, ReadResponse, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(HttpResponse, GivesItsFieldsByTheirNames) {
  HttpResponseParser parser;
  ASSERT_TRUE(testing::ok(parser.append(print_response(429, {{"Retry-After", "1"}}, ""))));
  ASSERT_NE(parser.field("retry-after"), nullptr);
  EXPECT_EQ(*parser.field("retry-after"), "1");
  EXPECT_EQ(parser.field("date"), nullptr);
}

struct BadRow {
  const char* name;
  std::string text;
  const char* why;
};

const BadRow kBad[] = {
    {"OtherProtocol", "SSH-2.0-x\r\n\r\n", "none of HTTP/1.1"},
    {"StatusOfText", "HTTP/1.1 abc OK\r\n\r\n", "none of HTTP/1.1"},
    {"NoLength", "HTTP/1.1 200 OK\r\n\r\n", "its length"},
    {"TwoKindsOfLength", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "its length"},
    {"LengthOfText", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "no number"},
    {"FieldWithoutName", "HTTP/1.1 200 OK\r\nabc\r\n\r\n", "no name"},
    {"ChunkOfText", print_chunked_head(200, {}) + "zz\r\n", "size of a chunk"},
    {"LongerChunk", print_chunked_head(200, {}) + "1\r\nabc\r\n", "longer than its size"},
    {"BytesBehind", print_response(200, {}, "x") + "y", "after its end"},
    {"EndlessHead", std::string(70'000, 'a'), "head is too long"},
    {"EndlessSize", print_chunked_head(200, {}) + std::string(5000, '0'), "too long"},
};

class BadResponse : public ::testing::TestWithParam<BadRow> {};

TEST_P(BadResponse, IsRefusedWithReason) {
  HttpResponseParser parser;
  EXPECT_TRUE(testing::fails_with(parser.append(GetParam().text), Errc::Corrupt, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadResponse, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::wire
