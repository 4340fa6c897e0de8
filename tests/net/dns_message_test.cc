#include "berth/net/dns_message.h"

#include <gtest/gtest.h>

#include "tests/net/dns_bytes.h"

namespace berth::net {
namespace {

using testing::bytes_of;
using testing::header;
using testing::question;
using testing::record;
using testing::two_bytes;

constexpr unsigned kAsk = 0x0100;
constexpr unsigned kAnswer = 0x8180;
const std::string kOpt = std::string("\0\0\x29\x10\0\0\0\0\0\0\0", 11);

struct QueryRow {
  const char* name;
  std::string bytes;
  int code;  // -1: must not be answered
};

const QueryRow kBadQueries[] = {
    {"Empty", "", -1},
    {"Short", "\x12\x34\x01", -1},
    {"IsAnAnswer", header(kAnswer, 1, 0) + question("a.b", 1), -1},
    {"OtherOperation", header(0x2900, 1, 0) + question("a.b", 1), 4},
    {"NoQuestion", header(kAsk, 0, 0), 1},
    {"TwoQuestions", header(kAsk, 2, 0) + question("a.b", 1) + question("c.d", 1), 1},
    {"WithAnswers", header(kAsk, 1, 1) + question("a.b", 1) + record(1, "1234"), 1},
    {"QuestionCut", header(kAsk, 1, 0) + question("a.b", 1).substr(0, 6), 1},
    {"NameCut",
     header(kAsk, 1, 0) + "\x03"
                          "ab",
     1},
    {"PointerToItself", header(kAsk, 1, 0) + std::string("\xc0\x0c\0\x01\0\x01", 6), 1},
    {"PointerForward", header(kAsk, 1, 0) + std::string("\xc0\x20\0\x01\0\x01", 6), 1},
    {"PointerIntoHeader", header(kAsk, 1, 0) + std::string("\xc0\x0a\xc0\x0c\0\x01\0\x01", 8), 1},
    {"LabelType",
     header(kAsk, 1, 0) + std::string("\x41"
                                      "ab\0\0\x01\0\x01",
                                      8),
     1},
    {"ClassChaos", header(kAsk, 1, 0) + question("a.b", 16, 3), 4},
    {"BytesBehind", header(kAsk, 1, 0) + question("a.b", 1) + "x", 1},
    {"TwoOpt", header(kAsk, 1, 0, 2) + question("a.b", 1) + kOpt + kOpt, 1},
    {"OptCut", header(kAsk, 1, 0, 1) + question("a.b", 1) + kOpt.substr(0, 8), 1},
    {"OptOfLaterVersion", header(kAsk, 1, 0, 1) + question("a.b", 1) + std::string("\0\0\x29\x10\0\0\x01\0\0\0\0", 11),
     16},
    {"ManyAdditionals", header(kAsk, 1, 0, 9) + question("a.b", 1), 1},
};

class BadQueries : public ::testing::TestWithParam<QueryRow> {};

TEST_P(BadQueries, AreAnsweredWithTheirFault) {
  const auto query = parse_query(bytes_of(GetParam().bytes));
  ASSERT_FALSE(query.has_value());
  EXPECT_EQ(query.error().code ? static_cast<int>(*query.error().code) : -1, GetParam().code);
  if (!query.error().code) return;
  const std::string refusal = print_refusal(query.error());
  EXPECT_EQ(refusal.substr(0, 2), "\x12\x34");
  EXPECT_EQ(refusal[3] & 0xf, GetParam().code & 0xf);
}

INSTANTIATE_TEST_SUITE_P(Table, BadQueries, ::testing::ValuesIn(kBadQueries),
                         [](const auto& row) { return row.param.name; });

TEST(Query, IsReadAndWritten) {
  const std::string bytes = print_query(0x1234, testing::name_of("WwW.Example.com"), 28);
  const auto query = parse_query(bytes_of(bytes));
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->id, 0x1234);
  EXPECT_EQ(query->name.to_text(), "WwW.Example.com");
  EXPECT_TRUE(query->is(DnsType::AAAA));
  EXPECT_TRUE(query->has_edns);
  EXPECT_EQ(query->udp_bytes, kMaxUdpBytes);
}

TEST(Query, TakesPlainAndTinySizes) {
  EXPECT_EQ(parse_query(bytes_of(header(kAsk, 1, 0) + question("a.b", 1)))->udp_bytes, kPlainUdpBytes);
  std::string tiny = header(kAsk, 1, 0, 1) + question("a.b", 1) + std::string("\0\0\x29\0\x01\0\0\0\0\0\0", 11);
  EXPECT_EQ(parse_query(bytes_of(tiny))->udp_bytes, kPlainUdpBytes);
}

// Text that passes for a host's name never comes from bytes that are something else.
TEST(Name, ShowsOddBytesAsQuestionMarks) {
  const std::string wire = std::string(
      "\x0b"
      "example.com\x02\x1b[\x01\xff\0",
      19);
  std::size_t at = 0;
  const auto name = DnsName::read(bytes_of(wire), at);
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->to_text(), "example?com.?[.?");
}

TEST(Name, IsBounded) {
  const std::string label = "\x3f" + std::string(63, 'a');
  const std::string longest = label + label + label + "\x3d" + std::string(61, 'a') + std::string(1, '\0');
  std::size_t at = 0;
  EXPECT_EQ(longest.size(), 255u);
  EXPECT_TRUE(DnsName::read(bytes_of(longest), at).has_value());
  at = 0;
  EXPECT_FALSE(DnsName::read(bytes_of("\x01"
                                      "a" +
                                      longest),
                             at)
                   .has_value());
}

// A chain of pointers, each to the one before it, is as long as a message can make it.
TEST(Name, FollowsPointersBackwardsOnly) {
  std::string message(1, '\0');
  for (unsigned i = 0; i < 8000; ++i) message += two_bytes(0xc000 | (i == 0 ? 0 : 1 + 2 * (i - 1)));
  std::size_t at = message.size() - 2;
  const auto name = DnsName::read(bytes_of(message), at);
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->to_text(), "");
  EXPECT_EQ(at, message.size());
}

DnsQuery query_for(std::string_view name, DnsType type) {
  return {.id = 7, .name = testing::name_of(name), .type = static_cast<std::uint16_t>(type), .has_edns = true};
}

std::string names_and_types(const std::vector<DnsRecord>& records) {
  std::string text;
  for (const DnsRecord& one : records) text += one.owner.to_text() + ":" + std::to_string(one.type) + " ";
  return text;
}

std::optional<DnsAnswer> printed_and_read(const DnsQuery& query, std::vector<DnsRecord> records) {
  return parse_answer(bytes_of(print_reply(query, {.records = std::move(records)}, kMaxTcpBytes)));
}

TEST(Answer, KeepsTheWayToTheAddresses) {
  const auto answer = printed_and_read(
      query_for("www.example.com", DnsType::A),
      {testing::address_record("c.example.net", "1.2.3.4"), testing::cname_record("b.example.net", "C.example.NET"),
       testing::cname_record("WWW.example.com", "b.example.net"), testing::address_record("other.example", "6.6.6.6"),
       testing::address_record("www.example.com", "2001:db8::1")});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->name.to_text(), "www.example.com");
  EXPECT_EQ(names_and_types(answer->records), "WWW.example.com:5 b.example.net:5 c.example.net:1 ");
  EXPECT_EQ(answer->records[2].ttl, 300u);
}

TEST(Answer, GoesRoundNoLoop) {
  const auto answer = printed_and_read(
      query_for("a.example", DnsType::A),
      {testing::cname_record("a.example", "b.example"), testing::cname_record("b.example", "a.example")});
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->records.empty());
}

TEST(Answer, GivesACnameThatWasAskedFor) {
  const auto answer =
      printed_and_read(query_for("a.example", DnsType::CNAME), {testing::cname_record("a.example", "b.example")});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(names_and_types(answer->records), "a.example:5 ");
}

// Names in data are compressed against the message they came in; in another they would mean something else.
TEST(Answer, WritesNamesInDataOut) {
  const std::string mx = record(15, std::string("\0\x0a\x04mail\xc0\x0c", 9));
  const auto answer = parse_answer(bytes_of(header(kAnswer, 1, 1) + question("example.com", 15) + mx));
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(answer->records[0].data, std::string("\0\x0a\x04mail\x07"
                                                 "example\x03"
                                                 "com\0",
                                                 20));
}

TEST(Answer, DropsWhatNoFilterCanFollow) {
  const std::string bytes =
      header(kAnswer, 1, 2) + question("example.com", 65) + record(65, "\x01\x02\x03") + record(1, "\x01\x02\x03\x04");
  const auto answer = parse_answer(bytes_of(bytes));
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->records.empty());
}

struct AnswerRow {
  const char* name;
  std::string bytes;
};

const std::string kAsked = question("example.com", 1);
const AnswerRow kBadAnswers[] = {
    {"Empty", ""},
    {"IsAQuery", header(kAsk, 1, 0) + kAsked},
    {"NoQuestion", header(kAnswer, 0, 1) + record(1, "1234")},
    {"TwoQuestions", header(kAnswer, 2, 0) + kAsked + kAsked},
    {"RecordMissing", header(kAnswer, 1, 2) + kAsked + record(1, "1234")},
    {"RecordCut", header(kAnswer, 1, 1) + kAsked + record(1, "1234").substr(0, 13)},
    {"AddressTooShort", header(kAnswer, 1, 1) + kAsked + record(1, "123")},
    {"AddressTooLong", header(kAnswer, 1, 1) + kAsked + record(1, "12345")},
    {"Ipv6TooShort", header(kAnswer, 1, 1) + kAsked + record(28, "1234")},
    {"CnamePastItsLength", header(kAnswer, 1, 1) + kAsked + record(5, "\x03").substr(0, 13) +
                               std::string("\x03"
                                           "com\0",
                                           5)},
    {"CnameShorterThanItsLength", header(kAnswer, 1, 1) + kAsked +
                                      record(5, std::string("\x01"
                                                            "a\0zz",
                                                            5))},
    {"CnameToItself", header(kAnswer, 1, 1) + kAsked + record(5, std::string("\xc0\x29", 2))},
    {"OwnerLoops", header(kAnswer, 1, 1) + kAsked +
                       std::string("\xc0\x1d\0\x01\0\x01\0\0\0\0\0\x04"
                                   "1234",
                                   16)},
};

class BadAnswers : public ::testing::TestWithParam<AnswerRow> {};

TEST_P(BadAnswers, AreNone) { EXPECT_FALSE(parse_answer(bytes_of(GetParam().bytes)).has_value()); }

INSTANTIATE_TEST_SUITE_P(Table, BadAnswers, ::testing::ValuesIn(kBadAnswers),
                         [](const auto& row) { return row.param.name; });

TEST(Reply, SaysWhenItIsCutShort) {
  const DnsQuery query = query_for("many.example", DnsType::A);
  std::vector<DnsRecord> records;
  for (int i = 1; i <= 100; ++i)
    records.push_back(testing::address_record("many.example", "1.2.3." + std::to_string(i)));
  const std::string whole = print_reply(query, {.records = records}, kMaxTcpBytes);
  EXPECT_EQ(parse_answer(bytes_of(whole))->records.size(), 100u);
  const std::string cut = print_reply(query, {.records = records}, kMaxUdpBytes);
  EXPECT_LE(cut.size(), kMaxUdpBytes);
  EXPECT_TRUE(parse_answer(bytes_of(cut))->truncated);
  EXPECT_EQ(whole.size(), 12u + 18 + 100 * 16 + 11);  // each owner is a pointer
}

TEST(Reply, KeepsTheCaseAndTheCode) {
  const DnsQuery query = query_for("eXample.COM", DnsType::A);
  const auto answer = parse_answer(bytes_of(print_reply(query, {.code = DnsCode::NoSuchName}, 512)));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->id, 7);
  EXPECT_EQ(answer->code, DnsCode::NoSuchName);
  EXPECT_EQ(answer->name.to_text(), "eXample.COM");
}

TEST(Reply, GivesItsReasonToWhoCanRead) {
  DnsQuery query = query_for("a.b", DnsType::A);
  const DnsReply reply = {.code = DnsCode::Refused, .reason = DnsReason::Prohibited};
  EXPECT_TRUE(print_reply(query, reply, 512).ends_with(std::string("\0\x0f\0\x02\0\x12", 6)));
  query.has_edns = false;
  EXPECT_EQ(print_reply(query, reply, 512).size(), 12u + 9);
}

}  // namespace
}  // namespace berth::net
